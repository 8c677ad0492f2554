//! Ways in which one device or firmware differs from the next, each of which a test can turn on.

use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};

use super::leg::FieldSet;

mod dial;

pub use dial::{CalleeDoes, DialSwitches, Unlifted};

/// The quirks of a simulated device; the default is a well-behaved UCM on classic firmware.
///
/// Each field can be set from text by its name, see [`Switches::set`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The fields of a leg.
    pub field_set: FieldSet,
    /// The `cdr` of an item is empty, as on UCM63xx.
    pub empty_cdr: bool,
    /// Groups are shifted by one leg: their `main_cdr` is foreign and their legs are of several sessions.
    pub shifted_groups: bool,
    /// A window's border cuts a session in two: only legs that begin inside are returned.
    pub window_cut: bool,
    /// AcctId begins at 1 again with the month's first row.
    pub monthly_reset: bool,
    /// `cdr_root` comes inside `response`, with a status.
    pub wrapped_cdr_root: bool,
    /// Some items are `null` or `{}`.
    pub null_items: bool,
    /// `offset` has no effect.
    pub offset_ignored: bool,
    /// Most items of one answer, which no client is told: a page may be shorter than asked for and yet not the last.
    pub page_cap: Option<usize>,
    /// That number is the most: from answer to answer it is as little as half of it, as on a device that stops after a time.
    pub page_cap_wavers: bool,
    /// The latest items come first.
    pub latest_first: bool,
    /// A window without an end lacks every seventh item: nobody who reads only such windows sees it.
    pub holes_in_open_windows: bool,
    /// What may stand between date and time.
    pub separator: TimeSeparator,
    /// `recordfiles` is filled only so many seconds after the row appeared.
    pub late_recordfiles_secs: Option<u32>,
    /// What `recapi` does with a recording that exists.
    pub recordings: Recordings,
    /// Which form of a recording's name `recapi` knows.
    pub recording_name: RecordingName,
    /// What recordings begin with.
    pub recording_form: RecordingForm,
    /// Whether `recapi` says how long a recording is.
    pub content_length: bool,
    /// The content type of a recording; empty for none.
    pub content_type: String,
    /// The device's own clock is so many seconds ahead of the true time, for calls from now on.
    pub clock_skew_secs: i64,
    /// HTTPS shows a self-signed certificate, which clients must refuse.
    pub self_signed: bool,
    /// More than so many actions within 15 s are answered with -45.
    pub throttle: Option<u32>,
    /// More than so many actions within 60 s are answered with -57.
    pub throttle_minute: Option<u32>,
    /// A session ends after so many requests, whatever its age.
    pub session_requests: Option<u32>,
    /// Only these addresses may use the API (empty: all may, on the new API).
    pub permitted_ips: Vec<IpAddr>,
    /// Only these addresses may use the legacy API (empty: none may, as on the 61xx, the 62xx and the 6510).
    pub legacy_permitted_ips: Vec<IpAddr>,
    /// The new API is switched on.
    pub api_enabled: bool,
    /// The legacy API is switched on.
    pub legacy_enabled: bool,
    /// The REST face of a gateway is in front of the device.
    pub rest_gateway: bool,
    /// That face answers with a bare array.
    pub rest_bare_array: bool,
    /// That face uses the other names: `call_id`, `start_time`, `caller`, …
    pub rest_other_names: bool,
    /// Every tenth record of that face lacks its id.
    pub rest_missing_ids: bool,
    /// Actions that the user may not use: -47.
    pub denied_actions: Vec<String>,
    /// The status of a challenge for a user that does not exist.
    pub unknown_user_status: i64,
    /// `queueapi` gives some of its calls twice.
    pub queue_duplicates: bool,
    /// How pushed records arrive.
    pub push: PushSwitches,
    /// What comes of calls that a program asks for.
    pub dial: DialSwitches,
}

/// What stands between date and time in `startTime`; anything else gives an empty answer, without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeSeparator {
    /// `T`, as the manual says.
    #[default]
    OnlyT,
    /// A space, as seen on one UCM6302.
    OnlySpace,
    /// Either.
    Either,
    /// Neither, so that every window with a time is answered with nothing.
    Neither,
}

/// What `recapi` does with a recording that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recordings {
    /// It is there.
    #[default]
    Present,
    /// It is gone: -16, or 404 on the legacy API.
    Missing,
    /// It is gone: -25, or 404 on the legacy API.
    MissingMinus25,
    /// The web interface's page comes instead, with status 200.
    Html,
}

/// Which form of a recording's name `recapi` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordingName {
    /// With or without the sub-directory.
    #[default]
    Either,
    /// `auto-….wav`.
    Base,
    /// `2024-05/auto-….wav`.
    WithDirectory,
}

/// What recordings begin with; their length is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordingForm {
    /// A WAV header of 16-bit PCM.
    #[default]
    Pcm,
    /// The same, whose sizes are those of a recording that never ended: 0xFFFFFFFF.
    Endless,
    /// The same, whose sizes are 0.
    Sizeless,
    /// A WAV header of GSM 6.10, which no browser plays.
    Gsm,
    /// MP3 under the name of a WAV file.
    Mpeg,
}

/// How pushed records arrive.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PushSwitches {
    /// Neighbours change places.
    pub out_of_order: bool,
    /// Every record is sent twice.
    pub duplicates: bool,
    /// The credentials are not sent although they are configured.
    pub no_authorization: bool,
    /// The recording's path stands in `caller_name`.
    pub shifted_caller_name: bool,
    /// A record is sent so many milliseconds after its leg ended.
    pub delay_ms: u64,
    /// After a failure, the next attempt comes after so many milliseconds.
    pub retry_ms: u64,
    /// The content type; empty for none.
    pub content_type: String,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            field_set: FieldSet::default(),
            empty_cdr: false,
            shifted_groups: false,
            window_cut: false,
            monthly_reset: false,
            wrapped_cdr_root: false,
            null_items: false,
            offset_ignored: false,
            page_cap: None,
            page_cap_wavers: false,
            latest_first: false,
            holes_in_open_windows: false,
            separator: TimeSeparator::default(),
            late_recordfiles_secs: None,
            recordings: Recordings::default(),
            recording_name: RecordingName::default(),
            recording_form: RecordingForm::default(),
            content_length: true,
            content_type: "audio/x-wav".to_owned(),
            clock_skew_secs: 0,
            self_signed: false,
            throttle: None,
            throttle_minute: None,
            session_requests: None,
            permitted_ips: Vec::new(),
            legacy_permitted_ips: vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
            api_enabled: true,
            legacy_enabled: true,
            rest_gateway: false,
            rest_bare_array: false,
            rest_other_names: false,
            rest_missing_ids: false,
            denied_actions: Vec::new(),
            unknown_user_status: -71,
            queue_duplicates: false,
            push: PushSwitches::default(),
            dial: DialSwitches::default(),
        }
    }
}

impl Default for PushSwitches {
    fn default() -> Self {
        Self {
            out_of_order: false,
            duplicates: false,
            no_authorization: false,
            shifted_caller_name: false,
            delay_ms: 0,
            retry_ms: 500,
            content_type: "application/json".to_owned(),
        }
    }
}

/// Why a switch could not be set from text.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// No switch has this name.
    #[error("no switch is called `{0}`")]
    Unknown(String),
    /// The value does not fit.
    #[error("switch `{name}` does not take `{value}`: {source}")]
    Value {
        /// The switch.
        name: String,
        /// What was given.
        value: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Switches {
    /// Sets the switch called `name` (`push.duplicates` for one of the push) from text: JSON, or a bare word; an
    /// empty `value` means `true`. Dashes and underscores are the same in names.
    ///
    /// # Errors
    /// When there is no such switch, or the value does not fit it.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SwitchError> {
        let name = name.replace('-', "_");
        let unknown = || SwitchError::Unknown(name.clone());
        let mut all = serde_json::to_value(&*self).map_err(|_| unknown())?;
        let pointer = format!("/{}", name.replace('.', "/"));
        let place = all.pointer_mut(&pointer).ok_or_else(unknown)?;
        *place = match value {
            "" => true.into(),
            _ => serde_json::from_str(value).unwrap_or_else(|_| value.into()),
        };
        *self = serde_json::from_value(all).map_err(|source| SwitchError::Value {
            name: name.clone(),
            value: value.to_owned(),
            source,
        })?;
        Ok(())
    }

    /// The names of all switches, each with its value, in alphabetical order.
    pub fn list(&self) -> Vec<(String, String)> {
        let Ok(serde_json::Value::Object(all)) = serde_json::to_value(self) else {
            return Vec::new();
        };
        let mut list = Vec::new();
        for (name, value) in all {
            match value {
                serde_json::Value::Object(inner) => {
                    list.extend(inner.into_iter().map(|(n, v)| (format!("{name}.{n}"), v)));
                }
                value => list.push((name, value)),
            }
        }
        list.sort_by(|a, b| a.0.cmp(&b.0));
        list.into_iter()
            .map(|(name, value)| (name, value.to_string()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_set_by_name() {
        let mut switches = Switches::default();
        for (name, value) in [
            ("empty-cdr", ""),
            ("separator", "only-space"),
            ("throttle", "3"),
            ("push.duplicates", "true"),
            ("denied_actions", r#"["recapi"]"#),
            ("field_set", "ucm63xx44"),
        ] {
            switches
                .set(name, value)
                .unwrap_or_else(|error| panic!("{error}"));
        }
        assert!(switches.empty_cdr && switches.push.duplicates);
        assert_eq!(switches.separator, TimeSeparator::OnlySpace);
        assert_eq!(switches.throttle, Some(3));
        assert_eq!(switches.denied_actions, ["recapi"]);
        assert_eq!(switches.field_set, FieldSet::Ucm63xx44);
    }

    #[test]
    fn a_wrong_name_or_value_is_refused() {
        let mut switches = Switches::default();
        assert!(matches!(
            switches.set("emty_cdr", ""),
            Err(SwitchError::Unknown(_))
        ));
        assert!(matches!(
            switches.set("throttle", "often"),
            Err(SwitchError::Value { .. })
        ));
    }
}
