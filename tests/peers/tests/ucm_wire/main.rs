//! The simulated UCM seen from outside, by a plain HTTP client.

#[cfg(test)]
mod api;
#[cfg(test)]
mod at_most_once;
#[cfg(test)]
mod cdr;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod dial;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fleet;
#[cfg(test)]
mod hangup;
#[cfg(test)]
mod legacy;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod push;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod quirks;
#[cfg(test)]
mod recordings;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod support;
