//! A row becomes a leg: tolerant about fields, strict about values.
//!
//! Devices write 33 to 46 fields, depending on model and firmware: what is not known is ignored, what is optional may be missing. A
//! number or date that is none is an error, never a silent zero.

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::merge::join_recordings;
use super::time::is_digits;
use super::{Action, Direction, Disposition, Leg, LegError, Recording, Row};

impl Leg {
    /// Reads a record by the UCM's field names.
    ///
    /// A dialect without sessions says so by a field `direction` (`inbound`, `outbound`, `internal`, `external`, or empty where it is not
    /// known): then `session` or `uniqueid` is an id without an epoch, and disposition and durations may be missing.
    ///
    /// # Errors
    /// [`LegError`] for a record without identity, start or disposition, and for a value of another kind than its field's.
    pub fn read(row: &Row) -> Result<Self, LegError> {
        let fields = Fields(row);
        let zoned = fields.has_no_sessions();
        let disposition = Disposition::read(fields.text("disposition"));
        if disposition.is_unknown() && !zoned {
            // The summary of a group (`main_cdr`) has none either: it is no leg.
            return Err(LegError::Missing("disposition"));
        }
        let has_durations = disposition == Disposition::Answered && !zoned;
        Ok(Self {
            session: fields.session(zoned)?,
            acct_id: fields.owned("AcctId"),
            unique_id: fields.owned("uniqueid"),
            start: fields.time("start")?.ok_or(LegError::Missing("start"))?,
            answer: fields.time("answer")?,
            end: fields.time("end")?,
            src: fields.caller_number(),
            new_src: fields.owned("new_src"),
            dst: fields.owned("dst"),
            caller_name: fields.caller_name(),
            called_name: fields.owned("called_name"),
            duration_secs: fields.seconds("duration", has_durations)?,
            billsec_secs: fields.seconds("billsec", has_durations)?,
            disposition,
            action: Action::read(fields.text("action_type")),
            owner: fields.owned("action_owner"),
            last_app: fields.owned("lastapp"),
            mailbox: fields.mailbox(),
            context: fields.owned("dcontext"),
            userfield: fields.owned("userfield"),
            channel_ext: fields.owned("channel_ext"),
            dst_channel_ext: fields.owned("dstchannel_ext"),
            dst_answer: fields.owned("dstanswer"),
            src_trunk: fields.owned("src_trunk_name"),
            dst_trunk: fields.owned("dst_trunk_name"),
            recordings: recordings(fields.text("recordfiles"), fields.text("recordfiles_desc")),
            anonymous: fields.flag("anonymous_call"),
            direction_hint: match zoned {
                true => fields.direction()?,
                false => None,
            },
            zoned,
            untimed: false,
        })
    }
}

/// The names in a `recordfiles` field (separated by `@` or `,`), each once and in order, with their sizes from `recordfiles_desc`
/// (`duration=31,size=489324B,start-time=1661157307@`, one segment a file) where there is one.
pub fn recordings(files: &str, descriptions: &str) -> Vec<Recording> {
    let sizes: Vec<Option<u64>> = descriptions.split('@').map(size_bytes).collect();
    let mut found: Vec<Recording> = Vec::new();
    let names = files
        .split(['@', ','])
        .map(str::trim)
        .filter(|name| !name.is_empty());
    for (index, name) in names.enumerate() {
        if found.iter().all(|recording| recording.file != name) {
            found.push(Recording {
                part: u16::try_from(found.len()).unwrap_or(u16::MAX),
                file: name.to_owned(),
                size_bytes: sizes.get(index).copied().flatten(),
            });
        }
    }
    // One that is named with its sub-directory and without is one: a leg is read as it is merged.
    join_recordings(found, Vec::new())
}

fn size_bytes(description: &str) -> Option<u64> {
    description.split(',').find_map(|part| {
        part.trim()
            .strip_prefix("size=")?
            .strip_suffix('B')?
            .parse()
            .ok()
    })
}

/// The fields of one row, missing ones read as empty.
struct Fields<'a>(&'a Row);

impl<'a> Fields<'a> {
    fn text(&self, field: &str) -> &'a str {
        self.0.get(field).map_or("", |value| value.trim())
    }

    fn owned(&self, field: &str) -> String {
        self.text(field).to_owned()
    }

    fn flag(&self, field: &str) -> bool {
        let text = self.text(field);
        let is = |word: &&str| text.eq_ignore_ascii_case(word);
        ["yes", "true", "on", "1"].iter().any(is)
    }

    /// Whether the dialect has no sessions: the one id of such a record is in the place of all. A field `direction` beside ids of its own is one
    /// that some relay or firmware has added.
    fn has_no_sessions(&self) -> bool {
        let acct_id = self.text("AcctId");
        self.0.contains_key("direction") && (acct_id.is_empty() || acct_id == self.text("uniqueid"))
    }

    /// The session; a record without one is known by its channel, whose id begins with the same epoch.
    fn session(&self, zoned: bool) -> Result<String, LegError> {
        let (session, unique_id) = (self.text("session"), self.text("uniqueid"));
        match (session.is_empty(), unique_id.is_empty()) {
            (false, _) => Ok(session.to_owned()),
            (true, false) if zoned || super::time::channel_epoch(unique_id).is_some() => {
                Ok(unique_id.to_owned())
            }
            _ => Err(LegError::Missing("session")),
        }
    }

    fn time(&self, field: &'static str) -> Result<Option<NaiveDateTime>, LegError> {
        let text = self.text(field);
        if is_nothing(text) || is_zero_date(text) {
            return Ok(None);
        }
        let plain = text.replacen('T', " ", 1);
        // A part of a second is cut off, as the UCM does.
        let plain = match plain.split_once('.') {
            Some((whole, part)) if is_digits(part) => whole,
            _ => &plain,
        };
        let time = NaiveDateTime::parse_from_str(plain, TIME_FORMAT)
            .ok()
            // What the parser lets pass: signs, single digits, leap seconds.
            .filter(|time| time.nanosecond() == 0 && has_shape(plain))
            .ok_or(LegError::Invalid {
                field,
                expected: "a date and time (YYYY-MM-DD HH:MM:SS)",
            })?;
        Ok(Some(time).filter(|time| time.year() > LAST_YEAR_OF_NEVER))
    }

    fn seconds(&self, field: &'static str, required: bool) -> Result<u32, LegError> {
        let text = self.text(field);
        match text.parse() {
            _ if is_nothing(text) && required => Err(LegError::Missing(field)),
            _ if is_nothing(text) => Ok(0),
            Ok(seconds) if is_digits(text) => Ok(seconds),
            _ => Err(LegError::Invalid {
                field,
                expected: "a whole number of seconds",
            }),
        }
    }

    /// `src`, or what `clid` has between its angle brackets.
    fn caller_number(&self) -> String {
        match self.text("src") {
            "" => self.clid().1.to_owned(),
            src => src.to_owned(),
        }
    }

    /// `caller_name`, or the name in `clid`; the number repeated is no name, and neither is the recording's path that some firmware
    /// writes in its place.
    fn caller_name(&self) -> String {
        let is_name = |name: &&str| {
            !name.is_empty()
                && *name != self.text("src")
                && !name.ends_with(".wav")
                && !name.ends_with(".wav@")
        };
        [self.text("caller_name"), self.clid().0]
            .iter()
            .find(|name| is_name(name))
            .map_or_else(String::new, |name| (*name).to_owned())
    }

    /// Name and number of `"Name" <number>`.
    fn clid(&self) -> (&'a str, &'a str) {
        let clid = self.text("clid");
        match clid
            .strip_suffix('>')
            .and_then(|open| open.rsplit_once('<'))
        {
            Some((name, number)) => (name.trim().trim_matches('"').trim(), number.trim()),
            None => ("", ""),
        }
    }

    /// The mailbox of `2004@default,u`. Nothing else of the application's data is kept: it holds SIP addresses.
    fn mailbox(&self) -> String {
        match self.text("lastdata").split_once('@') {
            Some((mailbox, _)) if self.text("lastapp") == "VoiceMail" => mailbox.to_owned(),
            _ => String::new(),
        }
    }

    fn direction(&self) -> Result<Option<Direction>, LegError> {
        match self.text("direction") {
            "" => Ok(None),
            "inbound" => Ok(Some(Direction::Inbound)),
            "outbound" => Ok(Some(Direction::Outbound)),
            "internal" => Ok(Some(Direction::Internal)),
            "external" => Ok(Some(Direction::External)),
            _ => Err(LegError::Invalid {
                field: "direction",
                expected: "inbound, outbound, internal or external",
            }),
        }
    }
}

/// Whether the text says that there is no value, as databases and the programs between them do.
fn is_nothing(text: &str) -> bool {
    let word = text.trim_matches(['(', ')', '<', '>']);
    NOTHING
        .iter()
        .any(|nothing| word.eq_ignore_ascii_case(nothing))
}

/// Whether the text is a time of zeros alone, in whatever form: `0`, `0000-00-00 00:00:00`, `00:00:00`.
fn is_zero_date(text: &str) -> bool {
    text.contains('0')
        && text
            .chars()
            .all(|c| matches!(c, '0' | '-' | '/' | ':' | '.' | ' ' | 'T' | 'Z'))
}

/// Whether every digit and every mark of a time is in its place.
fn has_shape(time: &str) -> bool {
    time.len() == TIME_SHAPE.len()
        && time
            .bytes()
            .zip(TIME_SHAPE.bytes())
            .all(|(byte, shape)| match shape {
                b'0' => byte.is_ascii_digit(),
                mark => byte == mark,
            })
}

/// What stands for no value.
const NOTHING: [&str; 9] = ["", "-", "--", "null", "\\n", "none", "nil", "n/a", "never"];

/// Times up to this year are no times of calls but an empty one that was counted on from: 1970 and, west of Greenwich, the evening before;
/// some programs begin at 1 or 1900.
const LAST_YEAR_OF_NEVER: i32 = 1970;

/// How the UCM writes a time: the device's wall clock, without an offset.
const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S";
const TIME_SHAPE: &str = "0000-00-00 00:00:00";

#[cfg(test)]
mod tests {
    use super::{Leg, LegError, Recording, Row, recordings};

    fn row(fields: &[(&str, &str)]) -> Row {
        let basic = [
            ("session", "1717090900484188-1001"),
            ("start", "2024-05-30 14:41:40"),
            ("disposition", "BUSY"),
        ];
        basic
            .iter()
            .chain(fields)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn fault(fields: &[(&str, &str)]) -> String {
        Leg::read(&row(fields))
            .map_or_else(|error| error.to_string(), |leg| format!("read {leg:?}"))
    }

    #[test]
    fn a_value_of_another_kind_is_an_error_and_never_a_zero() {
        for garbage in ["12s", "-1", "+5", "1.5", "99999999999"] {
            assert_eq!(
                fault(&[("duration", garbage)]),
                "field `duration` is not a whole number of seconds"
            );
        }
        for garbage in [
            "2024-13-01 00:00:00",
            "2024-05-30",
            "2024-5-3 1:2:3",
            "2024-05-30 14:41:60",
            "yesterday",
            "2024-05-30 14:41:40Z",
        ] {
            assert_eq!(
                fault(&[("start", garbage)]),
                "field `start` is not a date and time (YYYY-MM-DD HH:MM:SS)"
            );
        }
        assert_eq!(
            fault(&[("direction", "sideways")]),
            "field `direction` is not inbound, outbound, internal or external"
        );
    }

    #[test]
    fn a_time_of_nothing_is_never_whatever_it_is_written_as() {
        for never in [
            "0000-00-00 00:00:00",
            "0000-00-00T00:00:00",
            "0000-00-00",
            "00:00:00",
            "0",
            "-",
            "null",
            "NULL",
            "(null)",
            "\\N",
            "None",
            "1970-01-01 00:00:00",
            "1970-01-01T01:00:00",
            "1969-12-31 19:00:00",
            "0001-01-01 00:00:00",
            "1900-01-01 00:00:00",
        ] {
            let leg = Leg::read(&row(&[("answer", never), ("end", never)]))
                .unwrap_or_else(|error| panic!("{never}: {error}"));
            assert_eq!((leg.answer, leg.end), (None, None), "{never}");
            assert_eq!(
                fault(&[("start", never)]),
                "field `start` is missing",
                "{never}"
            );
        }
        let leg = Leg::read(&row(&[("duration", "null"), ("billsec", "-")])).unwrap();
        assert_eq!((leg.duration_secs, leg.billsec_secs), (0, 0));
    }

    #[test]
    fn a_part_of_a_second_is_cut_off() {
        for start in ["2024-05-30 14:41:40.999", "2024-05-30T14:41:40.000000"] {
            let leg = Leg::read(&row(&[("start", start)])).unwrap();
            assert_eq!(leg.start.to_string(), "2024-05-30 14:41:40", "{start}");
        }
        assert!(fault(&[("start", "2024-05-30 14:41:40.x")]).contains("date and time"));
        assert!(fault(&[("start", "2024-05-30 14:41:40.")]).contains("date and time"));
    }

    #[test]
    fn only_a_leg_that_nobody_answered_may_leave_its_durations_empty() {
        assert_eq!(
            Leg::read(&row(&[("duration", "")])).unwrap().duration_secs,
            0
        );
        assert_eq!(
            fault(&[
                ("disposition", "ANSWERED"),
                ("duration", "3"),
                ("billsec", "")
            ]),
            "field `billsec` is missing"
        );
    }

    #[test]
    fn a_record_without_identity_start_or_disposition_is_no_leg() {
        for field in ["session", "start", "disposition"] {
            assert_eq!(
                Leg::read(&row(&[(field, "")])),
                Err(LegError::Missing(field))
            );
        }
    }

    #[test]
    fn a_record_without_session_is_known_by_its_channel_or_by_its_own_id_where_the_dialect_has_no_sessions()
     {
        let session = |fields: &[_]| Leg::read(&row(fields)).map(|leg| leg.session);
        assert_eq!(
            session(&[("session", ""), ("uniqueid", "1717090900.96")]),
            Ok("1717090900.96".into())
        );
        assert_eq!(
            session(&[("session", ""), ("uniqueid", "abc")]),
            Err(LegError::Missing("session"))
        );
        assert_eq!(
            session(&[("session", ""), ("uniqueid", "abc"), ("direction", "")]),
            Ok("abc".into())
        );
    }

    #[test]
    fn the_caller_is_found_in_clid_and_a_number_or_a_file_is_no_name() {
        let caller = |fields: &[_]| {
            Leg::read(&row(fields))
                .map(|leg| (leg.caller_name, leg.src))
                .unwrap()
        };
        assert_eq!(
            caller(&[("clid", "\"Zoé Durand\" <0199000001>")]),
            ("Zoé Durand".into(), "0199000001".into())
        );
        assert_eq!(
            caller(&[("clid", "\"\" <ACME>")]),
            (String::new(), "ACME".into())
        );
        assert_eq!(
            caller(&[
                ("clid", "\"1015\" <1015>"),
                ("src", "1015"),
                ("caller_name", "1015")
            ]),
            (String::new(), "1015".into())
        );
        assert_eq!(
            caller(&[
                ("src", "1015"),
                ("caller_name", "2024-05/auto-1-1015-2.wav@")
            ]),
            (String::new(), "1015".into())
        );
    }

    #[test]
    fn application_data_is_not_kept_but_for_the_mailbox() {
        let address = "PJSIP/2100/sip:2100@192.0.2.10:5560,60";
        let leg = Leg::read(&row(&[("lastapp", "Dial"), ("lastdata", address)])).unwrap();
        assert!(!format!("{leg:?}").contains("192.0.2.10"));
        let leg = Leg::read(&row(&[
            ("lastapp", "VoiceMail"),
            ("lastdata", "2004@default,u"),
        ]))
        .unwrap();
        assert_eq!(leg.mailbox, "2004");
    }

    #[test]
    fn recordings_keep_order_and_sub_directory_and_come_once() {
        let description = "duration=31,size=489324B,start-time=1661157307@duration=9,size=broken,start-time=1661157339@";
        let part = |part, file: &str, size_bytes| Recording {
            part,
            file: file.into(),
            size_bytes,
        };
        assert_eq!(
            recordings("2022-08/b.wav@ 2022-08/a.wav,2022-08/b.wav@", description),
            [
                part(0, "2022-08/b.wav", Some(489_324)),
                part(1, "2022-08/a.wav", None)
            ]
        );
        assert_eq!(
            recordings("2022-08/b.wav@b.wav", ""),
            [part(0, "2022-08/b.wav", None)]
        );
        assert!(recordings("@", "").is_empty());
    }
}
