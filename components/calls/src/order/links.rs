//! Which call came of which order.

use chrono::{DateTime, TimeDelta, Utc};

/// An order that a call may have come of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// Database id.
    pub id: i64,
    /// The extension that was to ring.
    pub extension: String,
    /// Whom it was to be connected with: a number in E.164, or an extension.
    pub callee: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// The call that it was linked with before.
    pub call: Option<i64>,
}

/// A call that may have come of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Database id.
    pub id: i64,
    /// The extensions that have a part in it.
    pub extensions: Vec<String>,
    /// Whom it was made to, as far as known: the number outside in E.164, and what was dialled.
    pub callees: Vec<String>,
    /// When it began.
    pub began_at: DateTime<Utc>,
}

/// An order, and the call that it is to be linked with from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The order.
    pub order: i64,
    /// The call that came of it; nothing where that can no longer be told.
    pub call: Option<i64>,
    /// The call that it was linked with before.
    pub was: Option<i64>,
}

/// Which links change, now that these calls are known.
///
/// An order makes one call at most. Where orders and calls that fit one another can be paired in one way only, so that none is left over, that
/// is how they belong together. In all other cases nobody can tell, and people are shown what there is: a second call that comes in later may
/// take a link away again.
pub fn links(orders: &[Ordered], calls: &[Made]) -> Vec<Link> {
    let mut found = vec![None; orders.len()];
    let mut is_seen = vec![false; orders.len()];
    for first in 0..orders.len() {
        if is_seen[first] {
            continue;
        }
        let group = Group::around(first, orders, calls);
        group.orders.iter().for_each(|order| is_seen[*order] = true);
        for (order, call) in group.pairs(orders, calls).into_iter().flatten() {
            found[order] = Some(calls[call].id);
        }
    }
    let links = orders.iter().zip(found).map(|(order, call)| Link {
        order: order.id,
        call,
        was: order.call,
    });
    links.filter(|link| link.call != link.was).collect()
}

/// Whether `call` may have come of `order`.
fn fits(order: &Ordered, call: &Made) -> bool {
    let span = order.asked_at - CLOCKS_DIFFER..=order.asked_at + LONGEST_WAIT;
    span.contains(&call.began_at)
        && call.extensions.contains(&order.extension)
        && call.callees.contains(&order.callee)
}

/// Orders and calls that hang together, by their places.
struct Group {
    orders: Vec<usize>,
    calls: Vec<usize>,
}

impl Group {
    /// Everything that hangs together with one order.
    fn around(order: usize, all_orders: &[Ordered], all_calls: &[Made]) -> Self {
        let (mut orders, mut calls) = (vec![order], Vec::new());
        let mut next = 0;
        while let Some(order) = orders.get(next).copied() {
            next += 1;
            for (place, call) in all_calls.iter().enumerate() {
                if calls.contains(&place) || !fits(&all_orders[order], call) {
                    continue;
                }
                calls.push(place);
                let others = all_orders.iter().enumerate();
                let others = others.filter(|(_, order)| fits(order, call));
                let others: Vec<usize> = others.map(|(place, _)| place).collect();
                orders.extend(
                    others
                        .iter()
                        .filter(|place| !orders.contains(place))
                        .copied()
                        .collect::<Vec<_>>(),
                );
            }
        }
        Self { orders, calls }
    }

    /// The only way to pair all of them, if there is just one: whoever has but one partner left belongs to that one.
    fn pairs(mut self, orders: &[Ordered], calls: &[Made]) -> Option<Vec<(usize, usize)>> {
        if self.orders.len() != self.calls.len() {
            return None;
        }
        let mut pairs = Vec::new();
        while !self.orders.is_empty() {
            let pair = self.orders.iter().find_map(|order| {
                let mut partners = self
                    .calls
                    .iter()
                    .filter(|call| fits(&orders[*order], &calls[**call]));
                partners
                    .next()
                    .filter(|_| partners.next().is_none())
                    .map(|call| (*order, *call))
            });
            let pair = pair.or_else(|| {
                self.calls.iter().find_map(|call| {
                    let mut partners = self
                        .orders
                        .iter()
                        .filter(|order| fits(&orders[**order], &calls[*call]));
                    partners
                        .next()
                        .filter(|_| partners.next().is_none())
                        .map(|order| (*order, *call))
                })
            });
            let (order, call) = pair?;
            self.orders.retain(|known| *known != order);
            self.calls.retain(|known| *known != call);
            pairs.push((order, call));
        }
        Some(pairs)
    }
}

/// How long after its order a call may begin: an order lives for two minutes, and the phone rings before the call goes out.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(3);

/// How far the clocks of Odoo and of the PBX may differ unnoticed.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(second)
    }

    fn order(id: i64, second: i64) -> Ordered {
        Ordered {
            id,
            extension: "1001".into(),
            callee: "+33199000012".into(),
            asked_at: at(second),
            call: None,
        }
    }

    fn call(id: i64, second: i64) -> Made {
        Made {
            id,
            extensions: vec!["1001".into()],
            callees: vec!["+33199000012".into(), "0199000012".into()],
            began_at: at(second),
        }
    }

    fn linked(orders: &[Ordered], calls: &[Made]) -> Vec<(i64, Option<i64>)> {
        let links = links(orders, calls);
        links.iter().map(|link| (link.order, link.call)).collect()
    }

    #[test]
    fn a_call_belongs_to_the_only_order_that_it_fits() {
        assert_eq!(linked(&[order(1, 0)], &[call(7, 2)]), [(1, Some(7))]);
        assert_eq!(linked(&[order(1, 0)], &[call(7, 180)]), [(1, Some(7))]);
        let others = [
            call(7, 181),
            call(7, -6),
            Made {
                extensions: vec!["1002".into()],
                ..call(7, 2)
            },
            Made {
                callees: vec!["+33199000013".into()],
                ..call(7, 2)
            },
        ];
        for other in others {
            assert_eq!(
                linked(&[order(1, 0)], std::slice::from_ref(&other)),
                [],
                "{other:?}"
            );
        }
    }

    #[test]
    fn who_calls_twice_has_two_calls_in_their_order() {
        let orders = [order(1, 0), order(2, 60)];
        assert_eq!(
            linked(&orders, &[call(7, 2), call(8, 62)]),
            [(1, Some(7)), (2, Some(8))]
        );
    }

    #[test]
    fn what_fits_in_two_ways_is_linked_in_none() {
        // By hand to the same number, right after the click.
        assert_eq!(linked(&[order(1, 0)], &[call(7, 2), call(8, 60)]), []);
        // The phone was lifted for one of two clicks.
        assert_eq!(linked(&[order(1, 0), order(2, 60)], &[call(7, 62)]), []);
        // Both of two calls fit both of two orders.
        assert_eq!(
            linked(&[order(1, 0), order(2, 1)], &[call(7, 2), call(8, 3)]),
            []
        );
    }

    #[test]
    fn a_second_call_takes_the_link_away_that_the_first_was_given() {
        let before = Ordered {
            call: Some(7),
            ..order(1, 0)
        };
        assert_eq!(links(std::slice::from_ref(&before), &[call(7, 2)]), []);
        let link = Link {
            order: 1,
            call: None,
            was: Some(7),
        };
        assert_eq!(links(&[before], &[call(7, 2), call(8, 60)]), [link]);
    }

    /// However orders and calls come in, no call belongs to two orders, and all that is linked fits.
    #[test]
    fn no_call_belongs_to_two_orders() {
        for seed in 0..2_000_u64 {
            let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            let mut next = |below: u64| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                i64::try_from(state % below).unwrap()
            };
            let orders: Vec<Ordered> = (0..next(5)).map(|id| order(id, next(400))).collect();
            let calls: Vec<Made> = (0..next(5)).map(|id| call(id, next(500))).collect();
            let links = links(&orders, &calls);
            let mut taken: Vec<i64> = links.iter().filter_map(|link| link.call).collect();
            let all = taken.len();
            taken.sort_unstable();
            taken.dedup();
            assert_eq!(taken.len(), all, "{orders:?} {calls:?}");
            for link in links {
                let order = orders.iter().find(|order| order.id == link.order).unwrap();
                let call = calls
                    .iter()
                    .find(|call| Some(call.id) == link.call)
                    .unwrap();
                assert!(fits(order, call));
            }
        }
    }
}
