//! What is dialled for what was clicked.

use super::Reason;
use crate::phone::{self, Country, End, Form, NotDialled, Number, Numbering, Party};

/// How an office dials.
#[derive(Debug, Clone, Copy)]
pub struct Dialling<'a> {
    /// The country that national numbers belong to.
    pub country: Country,
    /// The form in which its outbound routes take numbers.
    pub form: Form,
    /// What is dialled before a number outside; empty for nothing.
    pub outside_line: &'a str,
    /// The extensions that the PBX is known to have.
    pub extensions: &'a [String],
}

/// Whom the extension is to be connected with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A number of the public network.
    Outside {
        /// The number.
        number: Number,
        /// The digits for it, as this office dials them.
        digits: String,
    },
    /// Another extension of the same PBX.
    Extension(String),
}

/// What is to be dialled for the number that is `written` so.
///
/// Only a number that is read whole goes to the outside; a short one is dialled where the PBX has it as an extension, and nowhere else: so no
/// click calls an emergency number, or a service of the network.
///
/// # Errors
/// Why nothing is dialled.
pub fn wanted(written: &str, dialling: &Dialling<'_>) -> Result<Wanted, Reason> {
    let numbering = Numbering {
        country: dialling.country,
        extensions: &[],
    };
    let digits: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    if dialling.extensions.contains(&digits) {
        return Ok(Wanted::Extension(digits));
    }
    match phone::read(written, End::Dialled, &numbering) {
        Party::Outside(number) => {
            let digits = outside(&number, dialling)?;
            Ok(Wanted::Outside { number, digits })
        }
        Party::Short(code) if EMERGENCY.contains(&code.as_str()) => Err(Reason::Emergency),
        Party::Short(_)
        | Party::Extension(_)
        | Party::Withheld
        | Party::Text(_)
        | Party::Unreadable { .. } => Err(Reason::Unreadable),
    }
}

/// The digits for a number of the public network, as this office dials them.
///
/// # Errors
/// Why nobody dials it.
pub fn outside(number: &Number, dialling: &Dialling<'_>) -> Result<String, Reason> {
    let digits = number.dialled(dialling.form, dialling.country);
    let digits = digits.map_err(|refused| match refused {
        NotDialled::Premium => Reason::Premium,
        NotDialled::NoForm => Reason::NoForm,
    })?;
    Ok(format!("{}{digits}", dialling.outside_line))
}

/// Numbers for emergencies that are common in some country (ITU-T E.161.1 recommends the first two). None of them is dialled, and neither is any
/// other short number: these are told apart so that whoever clicks on one learns why.
const EMERGENCY: [&str; 28] = [
    "112", "911", "999", "000", "111", "100", "101", "102", "103", "104", "108", "110", "113",
    "114", "115", "116", "117", "118", "119", "120", "122", "15", "17", "18", "196", "197", "191",
    "190",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(written: &str, form: Form, outside_line: &str) -> Result<Wanted, Reason> {
        wanted(
            written,
            &Dialling {
                country: "FR".parse().unwrap(),
                form,
                outside_line,
                extensions: &["1001".to_owned(), "1002".to_owned(), "112233".to_owned()],
            },
        )
    }

    fn digits(written: &str, form: Form, outside_line: &str) -> String {
        match asked(written, form, outside_line) {
            Ok(Wanted::Outside { digits, number }) => {
                assert_eq!(number.to_string(), "+33199000012");
                digits
            }
            other => panic!("{written}: {other:?}"),
        }
    }

    #[test]
    fn a_number_is_dialled_as_the_office_dials_it() {
        for written in ["+33199000012", "01 99 00 00 12", "0033 1 99 00 00 12"] {
            assert_eq!(digits(written, Form::National, ""), "0199000012");
            assert_eq!(digits(written, Form::National, "9"), "90199000012");
            assert_eq!(digits(written, Form::Zeros, "0"), "00033199000012");
            assert_eq!(digits(written, Form::E164, ""), "+33199000012");
        }
    }

    #[test]
    fn a_short_number_is_dialled_where_it_is_an_extension_and_nowhere_else() {
        for written in ["1002", " 10 02 ", "112233"] {
            let extension = written.replace(' ', "");
            assert_eq!(
                asked(written, Form::National, "0"),
                Ok(Wanted::Extension(extension))
            );
        }
        for emergency in ["112", "15", "17", "18", "911", "1 1 2"] {
            let refused = asked(emergency, Form::E164, "0");
            assert_eq!(refused, Err(Reason::Emergency), "{emergency}");
        }
        for other in ["1003", "3631", "*72", "118712", "36 31"] {
            let refused = asked(other, Form::E164, "");
            assert_eq!(refused, Err(Reason::Unreadable), "{other}");
        }
    }

    #[test]
    fn what_is_no_whole_number_is_not_dialled() {
        for other in [
            "",
            "anonymous",
            "019900001",
            "+999123456789",
            "call me",
            "01990000123456",
        ] {
            assert_eq!(
                asked(other, Form::National, "").err(),
                Some(Reason::Unreadable),
                "{other}"
            );
        }
        assert_eq!(
            asked("0899123456", Form::National, "").err(),
            Some(Reason::Premium)
        );
    }
}
