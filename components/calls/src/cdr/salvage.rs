//! A row that nobody will send again becomes a leg as far as it can.

use std::borrow::Cow;

use super::{Disposition, Leg, LegError, Row};

impl Leg {
    /// Reads a record as [`Leg::read`] does, but leaves out what is no value of its field, and says which fields those are.
    ///
    /// How long an answered leg lasted follows from its times where the record does not say it. Where it does not follow, the leg still says
    /// that somebody answered.
    ///
    /// # Errors
    /// [`LegError`] for a record without identity, start or disposition.
    pub fn salvage(row: &Row) -> Result<(Self, Vec<&'static str>), LegError> {
        // Nearly every record is whole, and is not copied.
        let (mut row, mut lost, mut untimed) = (Cow::Borrowed(row), Vec::new(), false);
        loop {
            let field = match Self::read(&row) {
                Ok(leg) => return Ok((Self { untimed, ..leg }, lost)),
                Err(LegError::Invalid { field, .. }) if field != "start" => {
                    lost.push(field);
                    field
                }
                Err(LegError::Missing(field @ ("duration" | "billsec"))) => {
                    let secs = worked_out(&row, field);
                    if secs.is_none() && !lost.contains(&field) {
                        lost.push(field);
                    }
                    untimed |= secs.is_none() && field == "billsec";
                    row.to_mut()
                        .insert(field.to_owned(), secs.unwrap_or_default().to_string());
                    continue;
                }
                Err(error) => return Err(error),
            };
            row.to_mut().insert(field.to_owned(), String::new());
        }
    }
}

/// Seconds from start or answer to end, by the device's clock; nothing where it was changed meanwhile, or does not say it.
fn worked_out(row: &Row, field: &str) -> Option<u32> {
    let mut unanswered = row.clone();
    unanswered.insert("disposition".to_owned(), Disposition::NoAnswer.to_string());
    unanswered.insert("billsec".to_owned(), String::new());
    let leg = Leg::read(&unanswered).ok()?;
    let from = match field {
        "billsec" => leg.answer?,
        _ => leg.start,
    };
    let secs = u32::try_from((leg.end? - from).num_seconds()).ok()?;
    let most = leg.duration_secs.saturating_add(1);
    let is_plausible = field == "duration" || leg.duration_secs == 0 || secs <= most;
    is_plausible.then_some(secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn salvaged(fields: &[(&str, &str)]) -> (Leg, Vec<&'static str>) {
        let basic = [
            ("session", "1717090900484188-1001"),
            ("start", "2024-05-30 14:41:40"),
            ("answer", "2024-05-30 14:41:50"),
            ("end", "2024-05-30 14:42:50"),
            ("duration", "70"),
            ("billsec", "60"),
            ("disposition", "ANSWERED"),
            ("lastapp", "Dial"),
        ];
        let fields = basic.iter().chain(fields);
        let row = fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Leg::salvage(&row.collect()).unwrap()
    }

    #[test]
    fn what_is_no_value_is_left_out_and_named() {
        let (leg, lost) = salvaged(&[]);
        assert_eq!((leg.billsec_secs, leg.untimed, lost.len()), (60, false, 0));
        let (leg, lost) = salvaged(&[("billsec", "6o"), ("answer", "x")]);
        assert_eq!((leg.billsec_secs, leg.untimed), (0, true));
        assert_eq!(lost, ["answer", "billsec"]);
        let (leg, lost) = salvaged(&[("billsec", "6o"), ("duration", "")]);
        assert_eq!(
            (leg.duration_secs, leg.billsec_secs, leg.untimed),
            (70, 60, false)
        );
        assert_eq!(lost, ["billsec"]);
        // The clocks went forward meanwhile.
        let (leg, lost) = salvaged(&[("billsec", ""), ("end", "2024-05-30 15:42:50")]);
        assert_eq!((leg.billsec_secs, leg.untimed), (0, true));
        assert_eq!(lost, ["billsec"]);
    }

    #[test]
    fn a_record_without_session_start_or_disposition_is_no_leg() {
        for field in ["session", "start", "disposition"] {
            let row: Row = [
                ("session", "17-1"),
                ("start", "2024-05-30 14:41:40"),
                ("disposition", "BUSY"),
            ]
            .map(|(name, value)| {
                (
                    name.to_owned(),
                    if name == field { "" } else { value }.to_owned(),
                )
            })
            .into();
            assert_eq!(Leg::salvage(&row), Err(LegError::Missing(field)));
        }
        let row: Row = [("session", "17-1"), ("start", "x"), ("disposition", "BUSY")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        assert!(Leg::salvage(&row).is_err());
    }
}
