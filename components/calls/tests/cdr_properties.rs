//! What holds for any call, however and in whatever pieces it is seen.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use calls::cdr::{
    Call, Device, Leg, Row, TimeDoubt, calls_from_legs, merge_legs, view_fingerprint,
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

proptest! {
    #[test]
    fn pieces_in_any_order_and_number_make_the_same_call(
        (legs, pieces) in a_call().prop_flat_map(|made| { let legs = made.legs; (Just(legs.clone()), sightings(legs)) }),
        zone in a_zone_or_none(),
    ) {
        let device = Device { server: "office", zone };
        let whole = calls_from_legs(legs.clone(), &device);
        let merged = pieces.iter().cloned().fold(Vec::new(), merge_legs);
        prop_assert_eq!(&calls_from_legs(merged, &device), &whole);
        let mut other_way: Vec<Leg> = Vec::new();
        for piece in pieces.into_iter().rev() {
            other_way = merge_legs(piece, other_way);
        }
        prop_assert_eq!(view_fingerprint(&other_way), view_fingerprint(&legs));
        prop_assert_eq!(&calls_from_legs(other_way, &device), &whole);
    }

    #[test]
    fn a_call_cut_anywhere_is_the_same_call_and_is_completed_later(made in a_call(), cut in any::<prop::sample::Index>(), zoned in any::<bool>()) {
        let device = Device { server: "office", zone: zoned.then_some(made.zone) };
        let whole = only(calls_from_legs(made.legs.clone(), &device).calls)?;
        let (before, after) = made.legs.split_at(cut.index(made.legs.len()));
        for (seen, rest) in [(before, after), (after, before)] {
            if seen.is_empty() {
                continue;
            }
            let part = only(calls_from_legs(seen.to_vec(), &device).calls)?;
            prop_assert_eq!(&part.id, &whole.id);
            prop_assert_eq!(part.started_at, whole.started_at);
            let completed = part.with_legs(rest.to_vec());
            prop_assert_eq!(completed.fingerprint(), whole.fingerprint());
            prop_assert_eq!(&completed, &whole);
        }
    }

    #[test]
    fn a_part_never_has_a_wrong_instant(made in a_call(), seen in any::<prop::sample::Index>(), zoned in any::<bool>()) {
        let device = Device { server: "office", zone: zoned.then_some(made.zone) };
        let seen = seen.index(made.legs.len());
        let call = only(calls_from_legs([made.legs[seen].clone()], &device).calls)?;
        prop_assume!(can_be_told(made.starts[seen]));
        let truth = made.began + TimeDelta::seconds(made.ends[seen]);
        match (call.ended_at, call.time_doubt) {
            (Some(ended_at), None) => prop_assert!((ended_at - truth).abs() <= TimeDelta::seconds(1), "{} is not {}", ended_at, truth),
            // The hour that comes twice, seen from its middle.
            (Some(ended_at), Some(TimeDoubt::AmbiguousHour)) => prop_assert!(zoned && ended_at <= truth),
            (ended_at, doubt) => prop_assert!(!zoned && ended_at.is_none() && doubt == Some(TimeDoubt::FirstLegUnknown)),
        }
    }

    #[test]
    fn a_call_starts_at_its_epoch_and_ends_when_it_ended_in_every_zone(made in a_call(), zoned in any::<bool>()) {
        let device = Device { server: "office", zone: zoned.then_some(made.zone) };
        prop_assume!(made.starts.iter().copied().all(can_be_told));
        prop_assume!(!made.is_undecided(zoned));
        let call = only(calls_from_legs(made.legs, &device).calls)?;
        prop_assert_eq!(call.started_at, made.began);
        let ended_at = made.began + made.ends.iter().max().map(|end| TimeDelta::seconds(*end)).unwrap_or_default();
        prop_assert!(call.ended_at == Some(ended_at) || call.time_doubt == Some(TimeDoubt::AmbiguousHour));
        prop_assert!(call.talk_secs <= call.duration_secs);
        prop_assert!(call.ring_secs <= call.duration_secs);
    }

    #[test]
    fn merging_sightings_of_a_leg_is_a_join(a in a_leg(), b in a_leg(), c in a_leg()) {
        prop_assert_eq!(a.clone().merge(b.clone()), b.clone().merge(a.clone()));
        prop_assert_eq!(a.clone().merge(b.clone()).merge(c.clone()), a.clone().merge(b.merge(c)));
        prop_assert_eq!(a.clone().merge(a.clone()), a.clone());
    }

    #[test]
    fn a_leg_is_stored_and_read_back_as_it_is(leg in a_leg()) {
        let stored = serde_json::to_string(&leg).unwrap();
        prop_assert_eq!(serde_json::from_str::<Leg>(&stored).unwrap(), leg);
    }

    #[test]
    fn no_row_whatever_is_in_it_does_harm(fields in prop::collection::btree_map(a_field(), ".{0,20}", 0..12), zone in a_zone_or_none()) {
        if let Ok(leg) = Leg::read(&fields) {
            let made = calls_from_legs([leg], &Device { server: "office", zone });
            prop_assert_eq!(made.calls.len() + made.unplaced.len(), 1);
        }
    }
}

/// A call as it was, and as the device wrote it.
#[derive(Debug, Clone)]
struct Made {
    began: DateTime<Utc>,
    zone: Tz,
    /// In order of their start.
    legs: Vec<Leg>,
    /// The start of each leg, in seconds since the call began.
    starts: Vec<i64>,
    /// The end of each leg, likewise.
    ends: Vec<i64>,
}

impl Made {
    /// Whether the call is so long that the same time may come again in it: that a leg follows another without a gap is then no proof.
    /// Without a zone, a change by half an hour is not told from one by an hour either.
    fn is_undecided(&self, zoned: bool) -> bool {
        let until = self.ends.iter().max().copied().unwrap_or_default();
        let began = self.began.timestamp();
        let shift = (offset(self.zone, began + until) - offset(self.zone, began))
            .num_seconds()
            .abs();
        let comes_again = until > if shift == 0 { 3_500 } else { shift - 100 };
        (comes_again && !(zoned && shift == 0)) || (!zoned && shift == 1_800)
    }
}

/// What no record can tell: a later leg of the first channel that begins quarters of an hour after it, to the second, could as well begin
/// with it by a clock that is set otherwise.
fn can_be_told(start: i64) -> bool {
    start < 800 || (start + 3).rem_euclid(900) > 6
}

fn only(calls: Vec<Call>) -> Result<Call, TestCaseError> {
    let [call] = <[Call; 1]>::try_from(calls)
        .map_err(|calls| TestCaseError::fail(format!("{} calls", calls.len())))?;
    Ok(call)
}

/// Zones with and without clock changes, of whole and broken hours, on both sides of the date line.
fn a_zone() -> impl Strategy<Value = Tz> {
    use chrono_tz::{America, Asia, Australia, Europe, Pacific, UTC};
    prop::sample::select(vec![
        UTC,
        Europe::Paris,
        Europe::London,
        America::New_York,
        America::Sao_Paulo,
        America::St_Johns,
        Asia::Kathmandu,
        Australia::Lord_Howe,
        Australia::Adelaide,
        Pacific::Chatham,
        Pacific::Kiritimati,
        Pacific::Pago_Pago,
    ])
}

fn a_zone_or_none() -> impl Strategy<Value = Option<Tz>> {
    prop::option::of(a_zone())
}

/// Any instant of some years, and often one within the hours around a change of the clocks.
fn an_instant(zone: Tz) -> impl Strategy<Value = i64> {
    let changes: Vec<i64> = (0..800)
        .filter_map(|day| clock_change(zone, 1_680_000_000 + day * 86_400))
        .collect();
    let any = 1_600_000_000_i64..1_750_000_000;
    if changes.is_empty() {
        return any.boxed();
    }
    let near = (prop::sample::select(changes), -7_200_i64..7_200)
        .prop_map(|(change, around)| change + around);
    prop_oneof![any, near].boxed()
}

/// When within the day after `from` the zone's clocks change.
fn clock_change(zone: Tz, from: i64) -> Option<i64> {
    if offset(zone, from) == offset(zone, from + 86_400) {
        return None;
    }
    (0..96)
        .map(|quarter| from + quarter * 900)
        .find(|at| offset(zone, *at) != offset(zone, at + 900))
}

fn offset(zone: Tz, at: i64) -> TimeDelta {
    let utc = DateTime::from_timestamp(at, 0).unwrap();
    utc.with_timezone(&zone).naive_local() - utc.naive_utc()
}

/// A call of one to six legs, one after the other on one channel or with channels of their own.
fn a_call() -> impl Strategy<Value = Made> {
    let station = (0_i64..900, 0_i64..600, 0_usize..KINDS.len(), any::<bool>());
    a_zone()
        .prop_flat_map(|zone| (Just(zone), an_instant(zone)))
        .prop_flat_map(move |(zone, began)| {
            (
                Just(zone),
                Just(began),
                prop::collection::vec(station.clone(), 1..6),
            )
        })
        .prop_map(|(zone, began, stations)| made(zone, began, &stations))
}

/// Action, application, disposition.
const KINDS: [(&str, &str, &str); 6] = [
    ("DIAL", "Dial", "ANSWERED"),
    ("DIAL", "Dial", "NO ANSWER"),
    ("DIAL", "Dial", "BUSY"),
    ("IVR[7000]", "ForkCDR", "ANSWERED"),
    ("VM", "VoiceMail", "ANSWERED"),
    ("TRANSFER", "Dial", "ANSWERED"),
];

fn made(zone: Tz, began: i64, stations: &[(i64, i64, usize, bool)]) -> Made {
    let local = |second: i64| {
        let utc = DateTime::from_timestamp(began + second, 0).unwrap();
        utc.with_timezone(&zone)
            .format("%Y-%m-%d %H:%M:%S")
            .to_string()
    };
    let (mut at, mut legs, mut starts, mut ends) = (0, Vec::new(), Vec::new(), Vec::new());
    for (index, (ring, talk, kind, own_channel)) in stations.iter().enumerate() {
        let (action, app, disposition) = KINDS[*kind];
        // The device gives no end of a leg that was refused; it does not take long.
        let (ring, talk) = match disposition {
            "ANSWERED" => (*ring, *talk),
            "BUSY" => (*ring % 4, 0),
            _ => (*ring, 0),
        };
        let transfer = action == "TRANSFER" && index > 0 && *own_channel;
        let channel = if transfer {
            format!("{}.{}", began + at, 100 + index)
        } else {
            format!("{began}.96")
        };
        let row: Row = [
            ("AcctId", (index + 9).to_string()),
            ("session", format!("{began}42-0199000012")),
            ("uniqueid", channel),
            ("start", local(at)),
            (
                "answer",
                if disposition == "BUSY" {
                    String::new()
                } else {
                    local(at + ring)
                },
            ),
            (
                "end",
                if disposition == "BUSY" {
                    String::new()
                } else {
                    local(at + ring + talk)
                },
            ),
            ("duration", (ring + talk).to_string()),
            ("billsec", talk.to_string()),
            ("src", "0199000012".to_owned()),
            ("dst", format!("21{index:02}")),
            ("dstchannel_ext", format!("21{index:02}")),
            ("disposition", disposition.to_owned()),
            ("lastapp", app.to_owned()),
            ("action_type", action.to_owned()),
            ("userfield", "Inbound".to_owned()),
            (
                "src_trunk_name",
                if transfer {
                    String::new()
                } else {
                    "mytrunk".to_owned()
                },
            ),
            (
                "recordfiles",
                if talk % 2 == 1 {
                    format!("2024-05/auto-{index}.wav@")
                } else {
                    String::new()
                },
            ),
        ]
        .into_iter()
        .map(|(field, value)| (field.to_owned(), value))
        .collect();
        legs.push(Leg::read(&row).unwrap());
        starts.push(at);
        at += ring + talk;
        ends.push(at);
    }
    Made {
        began: DateTime::from_timestamp(began, 0).unwrap(),
        zone,
        legs,
        starts,
        ends,
    }
}

/// The legs in pieces: shuffled, repeated, and some seen before their recording was filed.
fn sightings(legs: Vec<Leg>) -> impl Strategy<Value = Vec<Vec<Leg>>> {
    let early = legs.iter().cloned().map(|leg| Leg {
        recordings: Vec::new(),
        answer: None,
        ..leg
    });
    let all: Vec<Leg> = legs
        .iter()
        .cloned()
        .chain(early)
        .chain(legs.iter().cloned())
        .collect();
    (Just(all).prop_shuffle(), 1_usize..4)
        .prop_map(|(legs, size)| legs.chunks(size).map(<[Leg]>::to_vec).collect())
}

/// Any sighting of one leg, as a damaged or changing device might write it.
fn a_leg() -> impl Strategy<Value = Leg> {
    let word = "[ab]{0,2}";
    let files = prop::collection::vec("[abc]{1,2}\\.wav", 0..4).prop_map(|files| files.join("@"));
    let disposition = prop::sample::select(vec![
        "ANSWERED",
        "NO ANSWER",
        "BUSY",
        "FAILED",
        "ODD",
        "STRANGE",
        "",
    ]);
    let action = prop::sample::select(vec!["DIAL", "VM", "QUEUE[1]", "QUEUE[2]", ""]);
    let app = prop::sample::select(vec!["Dial", "Queue", "ForkCDR", ""]);
    (
        word,
        word,
        word,
        files,
        disposition,
        action,
        app,
        0_u32..90,
        prop::option::of(0_u32..60),
        any::<bool>(),
    )
        .prop_map(
            |(src, name, trunk, files, disposition, action, app, duration, answer, anonymous)| {
                let text = |value: &str| value.to_owned();
                let row = [
                    ("session", text("1717090900484188-1001")),
                    ("AcctId", text("7")),
                    ("uniqueid", text("7")),
                    ("start", text("2024-05-30 19:41:40")),
                    (
                        "answer",
                        answer.map_or_else(String::new, |second| {
                            format!("2024-05-30 19:42:{second:02}")
                        }),
                    ),
                    ("direction", String::new()),
                    ("disposition", text(disposition)),
                    ("src", src),
                    ("caller_name", name),
                    ("src_trunk_name", trunk),
                    ("recordfiles", files),
                    ("recordfiles_desc", format!("size={duration}B@")),
                    ("action_type", text(action)),
                    ("lastapp", text(app)),
                    ("duration", duration.to_string()),
                    ("anonymous_call", text(if anonymous { "yes" } else { "no" })),
                ];
                let row = row.into_iter();
                let leg = Leg::read(
                    &row.map(|(field, value)| (field.to_owned(), value))
                        .collect(),
                );
                Leg {
                    untimed: duration % 2 == 1,
                    ..leg.unwrap()
                }
            },
        )
}

fn a_field() -> impl Strategy<Value = String> {
    let fields = [
        "session",
        "uniqueid",
        "start",
        "end",
        "disposition",
        "duration",
        "billsec",
        "src",
        "dst",
        "clid",
        "action_type",
        "recordfiles",
        "direction",
        "lastdata",
    ];
    prop::sample::select(fields.to_vec()).prop_map(str::to_owned)
}
