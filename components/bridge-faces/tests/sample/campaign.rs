//! Figures of a campaign that there is not.
#![expect(clippy::unwrap_used, reason = "a sample is made of constants")]

use calls::stats::campaign::{
    Agent, Calls, Campaign, CampaignFigures, Counted, Members, Resulted, week,
};
use chrono::DateTime;

/// Figures of a campaign whose name, results and agent are called `name`.
pub(crate) fn campaign(name: &str) -> CampaignFigures {
    let mut members = Members::default();
    for (state, kind, is_reached, count) in [
        ("ready", None, false, 1_200),
        ("done", Some("success"), true, 40),
        ("done", Some("refusal"), true, 60),
        ("excluded", None, false, 17),
    ] {
        members.add(Some(state), kind, is_reached, count);
    }
    let mut calls = Calls::default();
    calls.add(
        Some("outbound"),
        Some("answered"),
        Some("success"),
        (40, 9_000),
    );
    calls.add(Some("outbound"), Some("busy"), Some("busy"), (85, 0));
    calls.add(Some("inbound"), Some("answered"), None, (3, 60));
    let by_agent = vec![Agent {
        id: Some(7),
        name: Some(name.to_owned()),
        calls: calls.rated(12, calls.contacts),
    }];
    let mut by_hour = week();
    for (place, attempts, answered) in [(9, 100, 30), (24 * 4 + 18, 25, 10)] {
        (by_hour[place].attempts, by_hour[place].answered) = (attempts, answered);
    }
    let counted = |key: &str, count| Counted {
        key: key.to_owned(),
        count,
    };
    let resulted = |kind: &str, count| Resulted {
        kind: Some(kind.to_owned()),
        name: Some(name.to_owned()),
        count,
    };
    CampaignFigures {
        campaign: Campaign {
            id: 7,
            name: name.to_owned(),
            state: "running".to_owned(),
            zone: "Europe/Paris".to_owned(),
            goal: Some(50),
        },
        counted_at: DateTime::from_timestamp(1_781_504_500, 0).unwrap(),
        from: None,
        to: None,
        members: members.rated(900, 125),
        by_result: vec![resulted("success", 40), resulted("refusal", 60)],
        by_reason: vec![counted("blacklist", 16), counted("another", 1)],
        calls: Calls::of(&by_agent),
        by_hour,
        by_agent,
        refused: 2,
        by_rule: vec![counted("hours", 2)],
    }
}
