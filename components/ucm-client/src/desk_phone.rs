//! Desk phones, as they name themselves over HTTP.

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskPhone {
    /// Hardware address: twelve hexadecimal digits in lower case.
    pub mac: String,
    /// Its model, such as `GXP2170`.
    pub model: String,
    /// Its firmware, such as `1.0.11.64`.
    pub firmware: String,
}

impl DeskPhone {
    /// Reads a `User-Agent` such as `Grandstream Model HW GXP2170 SW 1.0.11.64 DevId 000b82000001`: some have their hardware's version behind the
    /// model, and some write the address with colons. Nothing of anybody else.
    pub fn named(user_agent: &str) -> Option<Self> {
        let rest = user_agent.trim().strip_prefix("Grandstream Model HW ")?;
        let (hardware, rest) = rest.split_once(" SW ")?;
        let (firmware, address) = rest.split_once(" DevId ")?;
        let is_short = |text: &&str| text.len() <= LONGEST;
        let model = hardware.split(' ').next().filter(is_short)?;
        Some(Self {
            mac: mac(address)?,
            model: model.to_owned(),
            firmware: Some(firmware).filter(is_short)?.to_owned(),
        })
    }
}

/// A hardware address in one way of writing: twelve hexadecimal digits in lower case.
pub fn mac(text: &str) -> Option<String> {
    let digits: String = text
        .trim()
        .chars()
        .filter(|c| !matches!(c, ':' | '-' | '.'))
        .collect();
    let is_mac = digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_mac.then(|| digits.to_lowercase())
}

/// No model and no version is longer.
const LONGEST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_known_by_what_they_call_themselves() {
        for (text, model, firmware) in [
            (
                "Grandstream Model HW GXP1405 SW 1.0.4.23 DevId 000b8240d55c",
                "GXP1405",
                "1.0.4.23",
            ),
            (
                "Grandstream Model HW GRP2601W SW 1.0.7.32 DevId 00:0B:82:40:D5:5C",
                "GRP2601W",
                "1.0.7.32",
            ),
            (
                "Grandstream Model HW GXP2200 V2.2A SW 1.0.1.33 DevId 000b8240d55c",
                "GXP2200",
                "1.0.1.33",
            ),
        ] {
            let phone = DeskPhone::named(text).unwrap();
            assert_eq!(
                (phone.model.as_str(), phone.firmware.as_str()),
                (model, firmware)
            );
            assert_eq!(phone.mac, "000b8240d55c");
        }
    }

    #[test]
    fn nobody_else_is_taken_for_a_phone() {
        for text in [
            "",
            "curl/8.5.0",
            "Grandstream GXP1400 1.0.4.13",
            "Grandstream Model HW GXP1405 SW 1.0.4.23 DevId $mac",
            "Grandstream Model HW GXP1405 SW 1.0.4.23 DevId 000b8240d55",
        ] {
            assert_eq!(DeskPhone::named(text), None, "{text}");
        }
    }
}
