//! The simulated UCM seen from outside, by a plain HTTP client.

#[cfg(test)]
mod api;
#[cfg(test)]
mod support;
