//! One order at the UCM: looked at, and dialled once at most.

use std::time::Duration;

use crate::config::Server;
use crate::flows::reach::ucm::ask;
use crate::state::key;
use calls::order::{Dialling, Reason, State, Wanted, wanted};
use calls::phone::Form;
use odoo_client::order::{Order, Outcome};
use ports::{StoreError, World};
use ucm_client::{
    Answer, Callee, Client, Dial, Operation, Phone, PhoneState, Saved, Trouble, UcmError,
    Unexpected,
};

/// Carries out `order` at `server`, which dials in this `form`. From the moment that the UCM is asked to dial, nothing asks it again.
///
/// # Errors
/// [`StoreError`] when the session cannot be read or kept: the order is then not answered, and never dialled again.
pub(super) async fn place(
    world: &impl World,
    server: &Server,
    form: Form,
    order: &Order,
) -> Result<Outcome, StoreError> {
    let saved = world.get(&key::of(&server.id, key::What::Session))?;
    let saved = saved.and_then(|bytes| Saved::from_bytes(&bytes).ok());
    // Somebody waits with the telephone in view: a UCM that wants to be left alone is not waited for.
    let mut client = Client::new(server.account(), saved).with_wait_budget(Duration::ZERO);
    match decide(world, &mut client, server, form, order).await? {
        Err(outcome) => Ok(outcome),
        Ok(wanted) => dial(world, &mut client, server, order, wanted).await,
    }
}

/// What is to be dialled, or why nothing is.
async fn decide(
    world: &impl World,
    client: &mut Client,
    server: &Server,
    form: Form,
    order: &Order,
) -> Result<Result<Wanted, Outcome>, StoreError> {
    let dialling = |extensions| Dialling {
        country: server.country,
        form,
        outside_line: &server.outside_line,
        extensions,
    };
    // What is no number is told without asking anybody; unless it is short, and may be an extension.
    let callee: String = order.number.split_whitespace().collect();
    let is_short = callee.chars().filter(char::is_ascii_digit).count() <= MOST_SHORT_DIGITS;
    if !is_short && let Err(reason) = wanted(&order.number, &dialling(&[])) {
        return Ok(Err(refused(reason)));
    }
    let sought = (order.extension.as_str(), is_short.then_some(&*callee));
    let phones = match phones(world, client, server, sought).await? {
        Ok(phones) => phones,
        Err(error) => return Ok(Err(failed(&error))),
    };
    if let Some(phones) = &phones {
        let caller = phones
            .iter()
            .find(|phone| phone.extension == order.extension);
        match caller.map(|phone| phone.state) {
            None => return Ok(Err(refused(Reason::UnknownExtension))),
            Some(PhoneState::Away) => return Ok(Err(refused(Reason::NotRegistered))),
            Some(PhoneState::Engaged) => return Ok(Err(refused(Reason::Busy))),
            Some(PhoneState::Idle | PhoneState::Unknown) => {}
        }
    }
    let extensions: Vec<String> = phones
        .into_iter()
        .flatten()
        .map(|phone| phone.extension)
        .collect();
    Ok(wanted(&order.number, &dialling(&extensions)).map_err(refused))
}

/// The extensions of the UCM as far as the caller and, where it may be one, the callee; nothing where the API user may not see them.
async fn phones(
    world: &impl World,
    client: &mut Client,
    server: &Server,
    (caller, callee): (&str, Option<&str>),
) -> Result<Result<Option<Vec<Phone>>, UcmError>, StoreError> {
    let mut known: Vec<Phone> = Vec::new();
    for page in 1..=MOST_PAGES {
        let operation = Operation::Phones { page };
        let answer = match ask(world, client, &server.id, operation, &mut 0).await? {
            Ok(Answer::Phones(answer)) => answer,
            Ok(_) | Err(UcmError::Permission { .. } | UcmError::Protocol(_)) => {
                return Ok(Ok(None));
            }
            Err(error) => return Ok(Err(error)),
        };
        let is_empty = answer.phones.is_empty();
        known.extend(answer.phones);
        let has = |extension: &str| known.iter().any(|phone| phone.extension == extension);
        let is_last = is_empty || answer.pages.is_some_and(|pages| page >= pages);
        if is_last || (has(caller) && callee.is_none_or(has)) {
            return Ok(Ok(Some(known)));
        }
    }
    // Nobody has seen the end of the list: who is not on it may be there all the same.
    let is_known = known.iter().any(|phone| phone.extension == caller);
    Ok(Ok(is_known.then_some(known)))
}

async fn dial(
    world: &impl World,
    client: &mut Client,
    server: &Server,
    order: &Order,
    wanted: Wanted,
) -> Result<Outcome, StoreError> {
    let (callee, e164, dialled) = match wanted {
        Wanted::Outside { number, digits } => (
            Callee::Outside(digits.clone()),
            Some(number.to_string()),
            digits,
        ),
        Wanted::Extension(extension) => (Callee::Extension(extension.clone()), None, extension),
    };
    let operation = Operation::Dial(Dial {
        caller: order.extension.clone(),
        callee,
    });
    let answer = ask(world, client, &server.id, operation, &mut 0).await?;
    let outcome = match answer {
        Ok(_) => Outcome {
            state: State::Ringing,
            e164: None,
            dialled: None,
            code: None,
        },
        Err(error) => failed(&error),
    };
    Ok(Outcome {
        e164,
        dialled: Some(dialled),
        ..outcome
    })
}

/// Nothing was dialled, for this reason.
pub(super) fn refused(reason: Reason) -> Outcome {
    Outcome {
        state: State::Refused(reason),
        e164: None,
        dialled: None,
        code: None,
    }
}

/// What a failure means: all but one say that nothing was dialled.
fn failed(error: &UcmError) -> Outcome {
    let (state, code) = match error {
        UcmError::Uncertain { cause, .. } => (State::Unknown(Reason::Uncertain), reason(cause).1),
        error => {
            let (reason, code) = reason(error);
            (State::Refused(reason), code)
        }
    };
    Outcome {
        state,
        code,
        ..refused(Reason::Refused)
    }
}

fn reason(error: &UcmError) -> (Reason, Option<i64>) {
    match error {
        UcmError::Unavailable(Trouble::Status { code, .. }) => (Reason::PbxAway, Some(*code)),
        UcmError::Unavailable(_) => (Reason::PbxAway, None),
        UcmError::Busy { .. } => (Reason::PbxBusy, None),
        UcmError::Credentials(_) => (Reason::Held, None),
        UcmError::Permission { .. } => (Reason::NoPermission, None),
        UcmError::Configuration(_) => (Reason::Settings, None),
        UcmError::Unsupported { .. } => (Reason::Unsupported, None),
        UcmError::Protocol(Unexpected::Status { code, .. }) | UcmError::NoSuchItem { code, .. } => {
            (Reason::Refused, Some(*code))
        }
        UcmError::Protocol(Unexpected::InvalidParameters(_)) => (Reason::Refused, Some(-1)),
        UcmError::Protocol(_)
        | UcmError::TooLarge { .. }
        | UcmError::Uncertain { .. }
        | UcmError::NothingBegun => (Reason::Refused, None),
    }
}

/// The longest extension is no longer.
const MOST_SHORT_DIGITS: usize = 8;
/// Pages of a hundred extensions that are looked through.
const MOST_PAGES: u32 = 20;
