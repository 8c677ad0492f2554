use proptest::prelude::*;

use super::*;

const STATES: [&str; 8] = [
    "new", "ready", "reserved", "calling", "talked", "done", "excluded", "another",
];
const KINDS: [&str; 6] = [
    "",
    "success",
    "appointment",
    "voicemail",
    "wrong_number",
    "busy",
];

fn said(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}

/// A group of calls: of which agent (none is 0), which way, how it ended, what came of it, how many and how long.
type Group = (i64, &'static str, &'static str, &'static str, u64, u64);

fn group() -> impl Strategy<Value = Group> {
    (
        0..4_i64,
        prop::sample::select(vec!["outbound", "inbound"]),
        prop::sample::select(vec!["", "answered", "not_reached", "busy", "failed"]),
        prop::sample::select(KINDS.to_vec()),
        0..1_000_u64,
        0..100_000_u64,
    )
}

/// The agents of groups, each with so many hours.
fn agents(groups: &[Group], hours: u64) -> Vec<Agent> {
    let of_agent = |id: i64| {
        let mut calls = Calls::default();
        for (_, direction, outcome, kind, count, secs) in groups.iter().filter(|one| one.0 == id) {
            calls.add(said(direction), said(outcome), said(kind), (*count, *secs));
        }
        let contacts = calls.contacts;
        Agent {
            id: (id > 0).then_some(id),
            name: None,
            calls: calls.rated(if id > 0 { hours } else { 0 }, contacts),
        }
    };
    (0..4).map(of_agent).collect()
}

proptest! {
    #[test]
    fn the_states_of_members_sum_up_to_all_of_them(
        groups in prop::collection::vec((0..8_usize, 0..6_usize, any::<bool>(), 0..1_000_u64), 0..40),
    ) {
        let mut members = Members::default();
        for (state, kind, is_reached, count) in &groups {
            members.add(Some(STATES[*state]), said(KINDS[*kind]), *is_reached, *count);
        }
        let sum = |holds: &dyn Fn(usize, usize, bool) -> bool| -> u64 {
            groups.iter().filter(|(state, kind, reached, _)| holds(*state, *kind, *reached)).map(|group| group.3).sum()
        };
        let states = [members.unread, members.ready, members.reserved, members.calling, members.talked, members.done, members.excluded];
        prop_assert_eq!(members.total, sum(&|_, _, _| true));
        prop_assert_eq!(states.iter().sum::<u64>() + sum(&|state, _, _| state == 7), members.total);
        prop_assert_eq!(members.reached, sum(&|_, _, reached| reached));
        prop_assert_eq!(members.success, sum(&|_, kind, _| kind == 1 || kind == 2));
    }

    #[test]
    fn the_calls_of_agents_sum_up_to_all_calls(groups in prop::collection::vec(group(), 0..60), hours in 0..50_u64) {
        let all = Calls::of(&agents(&groups, hours));
        let sum = |holds: &dyn Fn(&Group) -> bool| -> u64 { groups.iter().filter(|group| holds(group)).map(|group| group.4).sum() };
        prop_assert_eq!(all.attempts + all.call_backs, sum(&|_| true));
        prop_assert_eq!(all.attempts, sum(&|group| group.1 == "outbound"));
        prop_assert_eq!(all.answered + all.call_backs_answered, sum(&|group| group.2 == "answered"));
        prop_assert_eq!(all.successes, sum(&|group| group.3 == "success" || group.3 == "appointment"));
        prop_assert_eq!(all.talk_secs, groups.iter().map(|group| group.5).sum::<u64>());
        let not_them = |group: &Group| group.3 == "voicemail" || group.3 == "wrong_number";
        prop_assert_eq!(all.contacts, sum(&|group| group.2 == "answered" && !not_them(group)));
        prop_assert!(all.contacts <= all.answered + all.call_backs_answered);
        prop_assert_eq!(all.agent_hours, hours * 3);
        prop_assert_eq!(all.contacts_per_agent_hour.is_some(), hours > 0);
        prop_assert_eq!(all.attempts_per_success.is_some(), all.successes > 0);
    }

    #[test]
    fn a_ratio_is_the_nearest_and_never_of_nothing(part in 0..1_000_000_u64, whole in 0..1_000_000_u64) {
        let Some(Hundredths(ratio)) = per(part, whole) else {
            prop_assert_eq!(whole, 0);
            return Ok(());
        };
        let exact = part as f64 * 100.0 / whole as f64;
        prop_assert!((ratio as f64 - exact).abs() <= 0.5 + 1e-6, "{} {}", ratio, exact);
    }
}

#[test]
fn ratios_are_rounded_half_up_and_none_is_said_of_nothing() {
    assert_eq!(per_mille(1, 3), Some(333));
    assert_eq!(per_mille(2, 3), Some(667));
    assert_eq!(per(7, 3), Some(Hundredths(233)));
    assert_eq!(whole(5, 2), Some(3));
    assert_eq!(
        (per(1, 0), per_mille(0, 0), whole(0, 0)),
        (None, None, None)
    );
    assert_eq!(per_mille(u64::MAX, 1), None);
    assert_eq!(
        serde_json::to_string(&per(7, 3)).unwrap(),
        "2.33",
        "programs read a number"
    );
}

#[test]
fn contacts_of_nobody_known_count_in_no_ratio_to_hours() {
    let groups: [Group; 2] = [
        (0, "inbound", "answered", "", 5, 0),
        (1, "outbound", "answered", "", 3, 0),
    ];
    let all = Calls::of(&agents(&groups, 1)[..2]);
    assert_eq!(all.contacts, 8);
    assert_eq!(all.contacts_per_agent_hour, Some(Hundredths(300)));
}

#[test]
fn a_week_has_its_hours() {
    let week = week();
    assert_eq!(week.len(), 7 * 24);
    assert_eq!((week[167].weekday, week[167].hour), (7, 23));
}
