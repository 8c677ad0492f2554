//! The simulated UCM seen from outside, by a plain HTTP client.

#[cfg(test)]
mod api;
#[cfg(test)]
mod cdr;
#[cfg(test)]
mod dial;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod legacy;
#[cfg(test)]
mod push;
#[cfg(test)]
mod quirks;
#[cfg(test)]
mod recordings;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod support;
