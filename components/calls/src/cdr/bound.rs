//! Where a leg was bound for.

use super::Leg;

/// Whether the office dialled outwards: a failed call has no trunk, only the context that says where it was bound for.
pub(super) fn is_bound_outside(leg: &Leg) -> bool {
    let context = leg.context.as_str();
    !leg.dst_trunk.is_empty()
        || context.starts_with("outbound-route-")
        || context == AFTER_OUTBOUND
        || context == PIN_CHECK
}

/// The context in which an outbound route asks for its PIN.
const PIN_CHECK: &str = "sub-pincheck";

/// The context of calls that no outbound route could put through.
pub(super) const AFTER_OUTBOUND: &str = "after-outbound-context";
