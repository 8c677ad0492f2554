//! A number as an office dials it.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

use super::number::{digits_of, parts};
use super::{Country, End, Number, Numbering, Party, Unreadable, plans, read};

/// The form in which an office's outbound route takes numbers; one that takes another form may match none, or the wrong one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// As people dial at home: `0199000012`, and what is abroad with the prefix that leads there, `0034911223344`.
    #[default]
    National,
    /// `+33199000012`.
    E164,
    /// The same with two zeros for the plus: `0033199000012`.
    Zeros,
}

/// Why nobody is connected with a number by a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotDialled {
    /// The called party is paid by the call.
    #[error("it is a premium-rate number")]
    Premium,
    /// It could not be said in this form so that it is read back as the same.
    #[error("it cannot be written in the form that the office dials")]
    NoForm,
}

impl Number {
    /// The digits to dial from `country`, whatever the office dials before them.
    ///
    /// # Errors
    /// [`NotDialled`] for a number that no click dials.
    pub fn dialled(&self, form: Form, country: Country) -> Result<String, NotDialled> {
        let number = self.parsed().ok_or(NotDialled::NoForm)?;
        if PHONE_NUMBER_UTIL.get_number_type(&number) == PhoneNumberType::PremiumRate {
            return Err(NotDialled::Premium);
        }
        let e164 = self.to_string();
        let numbering = Numbering {
            country,
            extensions: &[],
        };
        // What a phone would call is what the digits are read as, here and in the records.
        let leads_there =
            |text: &String| read(text, End::Dialled, &numbering) == Party::Outside(self.clone());
        // Where two zeros are no prefix, or the plan does not read them so, the office's route knows what they are.
        let may_lead_elsewhere = |text: &String| match read(text, End::Dialled, &numbering) {
            Party::Outside(number) => number != *self,
            Party::Unreadable { reason, .. } => reason == Unreadable::Ambiguous,
            _ => false,
        };
        let text = match form {
            Form::E164 => return Ok(e164),
            Form::Zeros => {
                let text = format!("00{}", e164.trim_start_matches('+'));
                return Some(text)
                    .filter(|text| !may_lead_elsewhere(text))
                    .ok_or(NotDialled::NoForm);
            }
            Form::National if self.country() == Some(country) => {
                digits_of(&PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::National))
            }
            Form::National => {
                let (code, national) = parts(&number);
                let in_france = plans::dialled_in_france(code, &national, country);
                in_france.filter(leads_there).unwrap_or_else(|| {
                    digits_of(
                        &PHONE_NUMBER_UTIL.format_out_of_country_calling_number(&number, country.0),
                    )
                })
            }
        };
        Some(text).filter(leads_there).ok_or(NotDialled::NoForm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(e164: &str) -> Number {
        Number::international(e164.trim_start_matches('+')).unwrap()
    }

    fn from(country: &str, form: Form, e164: &str) -> Result<String, NotDialled> {
        number(e164).dialled(form, country.parse().unwrap())
    }

    #[test]
    fn each_office_dials_in_its_own_form() {
        for (country, e164, national) in [
            ("FR", "+33199000012", "0199000012"),
            ("FR", "+34911223344", "0034911223344"),
            ("ES", "+34911223344", "911223344"),
            ("US", "+12015550123", "2015550123"),
            ("US", "+33199000012", "01133199000012"),
            ("CA", "+12015550123", "12015550123"),
            ("IT", "+390236618300", "0236618300"),
            ("DE", "+4930123456", "030123456"),
            ("RU", "+74951234567", "84951234567"),
            // One plan, under several codes.
            ("FR", "+262692001234", "0692001234"),
            ("FR", "+508430123", "0508430123"),
            ("RE", "+33199000042", "0199000042"),
            ("RE", "+262692001234", "0692001234"),
            ("RE", "+262639012345", "0639012345"),
            ("RE", "+596696201234", "0696201234"),
            ("PM", "+33199000042", "0199000042"),
            ("BE", "+262692001234", "00262692001234"),
            // With the zero it is a number of France's own there.
            ("FR", "+596976612345", "00596976612345"),
        ] {
            let dialled = from(country, Form::National, e164);
            assert_eq!(dialled.as_deref(), Ok(national), "{country} {e164}");
        }
        assert_eq!(
            from("FR", Form::E164, "+34911223344").as_deref(),
            Ok("+34911223344")
        );
        assert_eq!(
            from("FR", Form::Zeros, "+33199000012").as_deref(),
            Ok("0033199000012")
        );
    }

    /// Two zeros may lead to a carrier as well, and by it to somebody else.
    #[test]
    fn two_zeros_that_may_lead_elsewhere_are_not_dialled() {
        for (country, e164) in [
            ("HK", "+819012345678"),
            ("BR", "+5551999991234"),
            ("TH", "+66638639064"),
        ] {
            let refused = from(country, Form::Zeros, e164);
            assert_eq!(refused, Err(NotDialled::NoForm), "{country} {e164}");
        }
        for (country, e164, zeros) in [
            ("HK", "+85221234567", "0085221234567"),
            ("BR", "+551134567890", "00551134567890"),
            // Where two zeros are no prefix, the office makes one of them.
            ("RU", "+74951234567", "0074951234567"),
            ("JP", "+33199000012", "0033199000012"),
        ] {
            let dialled = from(country, Form::Zeros, e164);
            assert_eq!(dialled.as_deref(), Ok(zeros), "{country} {e164}");
        }
    }

    #[test]
    fn premium_numbers_are_dialled_by_no_click() {
        for e164 in ["+33899123456", "+34806123456", "+19002345678"] {
            let refused = number(e164).dialled(Form::National, "FR".parse().unwrap());
            assert_eq!(refused, Err(NotDialled::Premium), "{e164}");
        }
    }

    /// What is dialled from anywhere in any form is read as the number that it is of.
    #[test]
    fn what_is_dialled_is_read_as_the_same_number() {
        for country in [
            "FR", "ES", "US", "GB", "DE", "IT", "BE", "CA", "MX", "AR", "HU", "RU",
        ] {
            let country: Country = country.parse().unwrap();
            for e164 in [
                "+33199000012",
                "+34911223344",
                "+12015550123",
                "+442079460123",
                "+4930123456",
            ] {
                let text = number(e164).dialled(Form::National, country).unwrap();
                let numbering = Numbering {
                    country,
                    extensions: &[],
                };
                let party = read(&text, End::Dialled, &numbering);
                assert_eq!(party, Party::Outside(number(e164)), "{country:?} {text}");
            }
        }
    }
}
