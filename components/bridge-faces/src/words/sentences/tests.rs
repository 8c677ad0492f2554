use super::*;
use crate::problem::Problem;
use crate::words::Say as _;
use bridge_core::config::{ConfigError, Fault, Sought, Wrong};
use bridge_core::flows::count::StatisticsError;
use bridge_core::flows::period::PeriodError;
use bridge_core::flows::recordings::Why;
use bridge_core::link::LinkError;
use bridge_core::state::{Anew, Change, NoSpace};
use calls::cdr::{LegError, PlaceError};
use calls::stats::QuestionError;
use http::StatusCode;
use odoo_client::server::NoPassword;
use odoo_client::{OdooError, Redacted, Version};
use ports::{HttpError, StoreError, TlsFault};
use ucm_client::{Misconfigured, PushError, Refusal, Trouble, UcmError, Unexpected};

const OTHERS: [Language; 3] = [Language::Fr, Language::Es, Language::De];

#[test]
fn every_sentence_is_there_once_and_has_the_same_gaps_in_each_language() {
    for (index, sentence) in all().enumerate() {
        let gaps = sentence.map(|text| text.matches("{}").count());
        assert_eq!(gaps, [gaps[0]; 4], "{sentence:?}");
        let is_same = |other: &&[&str; 4]| other[0] == sentence[0];
        assert_eq!(all().filter(is_same).count(), 1, "{sentence:?}");
        // What comes earlier must not swallow it.
        let sample = sentence[0].replace("{}", "0");
        let first = all().position(|other| filled(other[0], &sample).is_some());
        assert_eq!(first, Some(index), "{sentence:?}");
    }
}

#[test]
fn what_is_filled_in_stays_and_is_translated_where_it_is_a_sentence() {
    let network = UcmError::Unavailable(Trouble::Network(HttpError::TimedOut));
    let run = format!("2026-06-15 14:30 UTC: {network}");
    assert_eq!(
        Language::Fr.sentence(&run),
        "15 juin 2026, 14:30 UTC : l'UCM est indisponible : pas de r\u{e9}ponse \u{e0} temps"
    );
    // In English as well a moment is written as people do.
    assert_eq!(
        Language::En.sentence(&run),
        format!("15 Jun 2026, 14:30 UTC: {network}")
    );
    assert_eq!(
        Language::De.sentence("no country: Office, Branch"),
        "ohne Land: Office, Branch"
    );
    assert_eq!(Language::Es.sentence("said by nobody"), "said by nobody");
    assert_eq!(Language::De.sentence("2026-06-15"), "15. Juni 2026");
}

#[test]
fn whatever_can_go_wrong_is_told_in_every_language() {
    for english in errors() {
        for language in OTHERS {
            let text = language.sentence(&english);
            assert_ne!(text, english, "{language:?}");
        }
    }
}

#[test]
fn why_a_record_is_set_aside_is_told_in_every_language() {
    let not = |expected| LegError::Invalid {
        field: "start",
        expected,
    };
    let pushed = [
        PushError::Format,
        PushError::Json { line: 3, column: 4 },
        PushError::Xml(26),
        PushError::NoRecord,
        PushError::TooMany,
    ];
    let reasons = [
        LegError::Missing("session").to_string(),
        not("a date and time (YYYY-MM-DD HH:MM:SS)").to_string(),
        not("a whole number of seconds").to_string(),
        not("inbound, outbound, internal or external").to_string(),
        PlaceError::NoZone.to_string(),
        PlaceError::EpochMismatch.to_string(),
        "kept without `billsec`, which is no value".to_owned(),
        format!("the to-do of a missed call: {}", OdooError::Conflict),
        format!("the recordings of a call: {}", OdooError::Conflict),
    ];
    for reason in pushed.map(|error| error.to_string()).iter().chain(&reasons) {
        let [itself, sent] = [reason.clone(), format!("pushed: {reason}")];
        for language in OTHERS {
            assert_ne!(language.sentence(&itself), itself, "{language:?}");
            let told = language.sentence(&sent);
            assert!(!told.contains(&itself), "{language:?}: {told}");
        }
    }
}

#[test]
fn what_a_page_refuses_is_told_in_every_language_with_what_to_do() {
    let store = || StoreError("full".into());
    let problems = [
        Problem::not_configured("link_secret"),
        Problem::guessable("admin_token"),
        Problem::unauthorised(),
        Problem::not_found("server of that id"),
        Problem::not_found("record of that id set aside for a server of that id"),
        Problem::too_large(9),
        Problem::cut_off(),
        Problem::at_work(),
        Problem::method_not_allowed("GET"),
        ConfigError(Vec::new()).into(),
        store().into(),
        PeriodError::NoDate("from").into(),
        PeriodError::Backwards.into(),
        QuestionError::NoZone.into(),
        QuestionError::UnknownZone.into(),
        QuestionError::UnknownPeriod.into(),
        QuestionError::Twice.into(),
        QuestionError::NoDate("to").into(),
        QuestionError::Backwards.into(),
        QuestionError::TooLong.into(),
        QuestionError::UnknownDirection.into(),
        QuestionError::NoContact.into(),
        QuestionError::NotOfCampaigns("zone").into(),
        Problem::not_found("campaign with that number"),
        Problem::not_found("member with that number"),
        StatisticsError::NoCampaign(7).into(),
        StatisticsError::NoMember(9).into(),
        StatisticsError::NoCampaigns.into(),
        StatisticsError::UnknownZone("Mars".to_owned()).into(),
        StatisticsError::NoContact(7).into(),
        StatisticsError::OtherDays(chrono_tz::Tz::UTC).into(),
        StatisticsError::TooManyCallers.into(),
        StatisticsError::Odoo(OdooError::Conflict).into(),
        StatisticsError::Odoo(OdooError::KeyRefused).into(),
    ];
    let renewals = [
        "open Grandstream > Statistics in Odoo again",
        "open the server in Odoo and press \"Test Connection\": its page leads here",
    ];
    let links = [
        LinkError::Forbidden,
        LinkError::Expired,
        LinkError::NotConfigured,
    ];
    let links = links.map(|error| Problem::link(error, renewals[0]));
    let texts = problems.into_iter().chain(links);
    let texts = texts.flat_map(|problem: Problem| [problem.detail, problem.action]);
    for english in texts.chain(renewals.map(str::to_owned)) {
        for language in OTHERS {
            assert_ne!(language.sentence(&english), english, "{language:?}");
        }
    }
}

#[test]
fn whatever_is_wrong_with_a_setting_is_told_in_every_language() {
    let sought = [
        Sought::Odoo,
        Sought::Database,
        Sought::Login,
        Sought::ApiKey,
        Sought::Id,
        Sought::Host,
        Sought::Password,
        Sought::Origin,
        Sought::Country,
        Sought::TimeZone,
        Sought::Filter,
        Sought::User,
    ];
    let passwords = [
        NoPassword::Twice,
        NoPassword::NotKept("lyon".into()),
        NoPassword::Unseen,
        NoPassword::Missing,
    ];
    let (line, column) = (1, 2);
    let wrong = [
        Wrong::Number { from: 1, to: 9 },
        Wrong::Text,
        Wrong::Texts,
        Wrong::Flag,
        Wrong::Record,
        Wrong::Object,
        Wrong::Unknown("id, host".into()),
        Wrong::List { line, column },
        Wrong::Passwords { line, column },
        Wrong::Kept,
        Wrong::Bound {
            base: "https://a:8089".into(),
            name: "paris".into(),
        },
        Wrong::Address,
        Wrong::Scheme,
        Wrong::Credentials,
        Wrong::Path,
        Wrong::Host,
        Wrong::Pattern("*:8089".into()),
        Wrong::Patterns("https://a:8089,https://b:8089".into()),
        Wrong::PatternHost("https://a*:8089".into()),
        Wrong::PatternPort("https://a:b".into()),
        Wrong::Short,
        Wrong::Secret { from: 16, to: 128 },
        Wrong::Previous,
        Wrong::Sources,
        Wrong::Space(NoSpace),
        Wrong::Id,
        Wrong::Twice,
        Wrong::InVariable("paris".into()),
        Wrong::Twin("paris".into()),
        Wrong::Dialect,
        Wrong::Country,
        Wrong::OutsideLine,
        Wrong::DialForm,
        Wrong::DialDialect,
        Wrong::Phonebook,
        Wrong::PhonebookOrder,
        Wrong::TimeZone,
        Wrong::Mute,
        Wrong::Excluded,
        Wrong::Recordings,
        Wrong::NoServer,
    ];
    let wrong = wrong.into_iter().chain(sought.map(Wrong::Missing));
    let wrong = wrong.chain(passwords.map(Wrong::Password));
    // What is sought by itself: within another sentence that one alone would make a difference.
    let sought = sought.map(|sought| sought.to_string());
    for english in wrong.map(|wrong| wrong.to_string()).chain(sought) {
        for language in OTHERS {
            assert_ne!(language.sentence(&english), english, "{language:?}");
        }
    }
    let fault = Fault {
        setting: "UCM Servers/paris.port".into(),
        problem: Wrong::Number { from: 1, to: 65535 },
    };
    let (setting, problem) = Language::Fr.fault(&fault);
    assert_eq!(setting, "Serveurs UCM > paris > Port");
    assert_eq!(problem, "doit \u{ea}tre un nombre entier de 1 \u{e0} 65535");
}

#[test]
fn what_a_run_says_is_told_in_every_language() {
    let at = chrono::DateTime::UNIX_EPOCH;
    let changes = [Change::Settings, Change::Journal, Change::SetUp];
    let anew = changes.map(|change| Anew { at, change }.to_string());
    let why = [
        Why::Pending,
        Why::Gone,
        Why::Removed,
        Why::Crowded { most: 6 },
        Why::Ucm(UcmError::Permission { action: "recapi" }),
    ];
    let why = why.map(|why| why.to_string());
    for english in anew.into_iter().chain(why) {
        for language in OTHERS {
            assert_ne!(language.sentence(&english), english, "{language:?}");
        }
    }
}

fn errors() -> Vec<String> {
    let https = [
        HttpError::Denied,
        HttpError::TimedOut,
        HttpError::OutOfTime,
        HttpError::Tls(TlsFault::Certificate),
        HttpError::Tls(TlsFault::NothingInCommon(40)),
        HttpError::Tls(TlsFault::Untold),
        HttpError::Broken("reset".into()),
        HttpError::TooLarge { limit_bytes: 1 },
    ];
    let (model, field) = ("x_ucm_call", Some("x_outcome".to_owned()));
    let (class, status) = ("builtins.ValueError".to_owned(), StatusCode::BAD_GATEWAY);
    let refused = |field| OdooError::Refused {
        model,
        class: class.clone(),
        field,
        detail: Redacted::default(),
    };
    let odoo = [
        OdooError::Unavailable { status },
        OdooError::Throttled { retry_after: None },
        OdooError::Throttled {
            retry_after: Some(std::time::Duration::from_secs(9)),
        },
        OdooError::BeingSetUp,
        OdooError::Conflict,
        OdooError::ServerTrouble {
            class: class.clone(),
        },
        OdooError::DuplicateKey { index: "i".into() },
        OdooError::Overtaken,
        OdooError::AnotherJournal,
        OdooError::Unnoted(StoreError("full".into())),
        OdooError::RecordGone { model },
        refused(field.clone()),
        refused(None),
        OdooError::RequestTooLarge,
        OdooError::NoField {
            model,
            field: field.clone(),
        },
        OdooError::NoChoice { model, field },
        OdooError::NoModel {
            model: odoo_client::lead::MODEL,
        },
        OdooError::NoModel { model },
        OdooError::NoMethod {
            model,
            method: "search",
        },
        OdooError::MissingRight {
            model: odoo_client::action::MODEL,
            operation: "read",
        },
        OdooError::MissingRight {
            model,
            operation: "read",
        },
        OdooError::KeyRefused,
        OdooError::UnknownDatabase,
        OdooError::NotOdoo { status },
        OdooError::NotOdoo {
            status: StatusCode::FOUND,
        },
        OdooError::TooOld {
            version: Version::new(16, 0),
        },
        OdooError::NotUnderstood {
            model,
            method: "search",
        },
        OdooError::Misconfigured {
            setting: "`odoo_api_key`",
        },
    ];
    let action = "cdrapi";
    let locked_secs = Some(60);
    let refusals = [
        Refusal::WrongPassword {
            attempts_left: Some(2),
            locked_secs,
        },
        Refusal::WrongPassword {
            attempts_left: None,
            locked_secs,
        },
        Refusal::WrongPassword {
            attempts_left: Some(2),
            locked_secs: None,
        },
        Refusal::WrongPassword {
            attempts_left: None,
            locked_secs: None,
        },
        Refusal::Restricted { locked_secs },
        Refusal::Restricted { locked_secs: None },
        Refusal::Forbidden,
        Refusal::UnknownUser,
    ];
    let misconfigured = [
        Misconfigured::WebPage,
        Misconfigured::Redirect(302),
        Misconfigured::NoApi(404),
        Misconfigured::WantsHttpAuthentication,
        Misconfigured::NoDigest,
        Misconfigured::NotAGateway,
        Misconfigured::ApiOff,
        Misconfigured::Address,
        Misconfigured::HostNotAllowed,
    ];
    let unexpected = [
        Unexpected::Status { action, code: -5 },
        Unexpected::HttpStatus(418),
        Unexpected::Format(action),
        Unexpected::Syntax {
            action,
            line: 1,
            column: 2,
        },
        Unexpected::InvalidParameters(action),
        Unexpected::Missing {
            action,
            field: "status",
        },
    ];
    let troubles = [
        Trouble::HttpStatus(502),
        Trouble::Status { action, code: -9 },
        Trouble::Empty(action),
        Trouble::Truncated(action),
        Trouble::SessionNotKept,
    ];
    let ucm = [
        UcmError::Busy {
            until: chrono::DateTime::UNIX_EPOCH,
        },
        UcmError::Permission { action },
        UcmError::TooLarge {
            action,
            limit_bytes: 1,
        },
        UcmError::NoSuchItem { action, code: -1 },
        UcmError::Unsupported { action },
        UcmError::Uncertain {
            action,
            cause: Box::new(UcmError::Unavailable(Trouble::Empty(action))),
        },
    ];
    let mut all: Vec<String> = https.iter().map(ToString::to_string).collect();
    all.extend(
        https
            .into_iter()
            .map(|error| OdooError::Http(error).to_string()),
    );
    all.extend(odoo.iter().map(ToString::to_string));
    // By themselves: within another sentence it alone would make a difference.
    all.extend(refusals.iter().map(ToString::to_string));
    all.extend(misconfigured.iter().map(ToString::to_string));
    all.extend(unexpected.iter().map(ToString::to_string));
    all.extend(troubles.iter().map(ToString::to_string));
    all.extend(ucm.iter().map(ToString::to_string));
    all.extend(refusals.map(|refusal| UcmError::Credentials(refusal).to_string()));
    all.push(UcmError::from(Misconfigured::Address).to_string());
    all.push(UcmError::from(Unexpected::HttpStatus(418)).to_string());
    all
}
