//! What came of a button in Odoo: said in the open Odoo of who has pressed it, and kept with the server.

use calls::language::Language;
use odoo_client::notice::{self, Answer};
use odoo_client::{OdooError, Said, person, server};
use ports::{Clock as _, World};

use super::status::datetime;
use crate::config::Config;
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::Timed;

/// Says to `user`, in their language, what `words` make of it.
///
/// # Errors
/// [`OdooError`] when Odoo does not take it, or its data module is older than this bridge.
pub async fn tell(
    world: &impl World,
    config: &Config,
    user: i64,
    words: impl FnOnce(Language) -> Answer,
) -> Result<(), OdooError> {
    let world = &Timed::new(world, config.run_budget);
    let odoo = Odoo::new(world, &config.odoo);
    let people = odoo.call(&person::people(vec![user], "")).await?;
    let Some(person) = people.iter().find(|person| person.id == user) else {
        return Ok(());
    };
    let language = Language::preferred(&person.lang.replace('_', "-"));
    let action = odoo.action(notice::ANSWER).await?;
    odoo.call(&notice::tell(action, user, &words(language)))
        .await?;
    Ok(())
}

/// Keeps with the server called `id` what a test of it has found, as `words` say it. Nothing where Odoo has no record of that server.
///
/// # Errors
/// [`OdooError`] when Odoo does not take it, or its data module is older than this bridge.
pub async fn keep_test(
    world: &impl World,
    config: &Config,
    id: &str,
    words: impl Fn(Language) -> String,
) -> Result<(), OdooError> {
    let world = &Timed::new(world, config.run_budget);
    let odoo = Odoo::new(world, &config.odoo);
    let found = odoo.call(&server::called(id)).await?;
    let Some(record) = found.first().and_then(server::id) else {
        return Ok(());
    };
    let mut values = Said::values(Some(&Said::new(words)), "x_test");
    values.insert("x_tested_at".to_owned(), datetime(world.now()).into());
    odoo.call(&server::show(record, values)).await?;
    Ok(())
}
