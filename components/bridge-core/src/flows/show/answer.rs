//! What came of a button in Odoo, said in the open Odoo of who has pressed it.

use calls::language::Language;
use odoo_client::notice::{self, Answer};
use odoo_client::{OdooError, person};
use ports::World;

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
