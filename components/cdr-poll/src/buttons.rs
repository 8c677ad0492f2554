//! The buttons of a server in Odoo: signed links that open a page, which asks and then shows what came of it.

use bridge_core::config::Config;
use bridge_core::flows;
use bridge_core::flows::roster::Which;
use bridge_core::flows::show::Action;
use bridge_core::link::LinkError;
use bridge_faces::page::{self, Language};
use bridge_faces::problem::Problem;
use bridge_spin::{Response, Signed, Spin, config, field, language, page as show};
use chrono::TimeDelta;
use ports::Clock as _;
use spin_sdk::http::{Method, Request};

use crate::letters;

/// What a signed link asks for.
pub(crate) struct Asked {
    action: Action,
    server: String,
    signed: Signed,
}

impl Asked {
    /// Reads the link, if the request came by one.
    pub(crate) fn read(request: &Request) -> Option<Self> {
        let signed = Signed::read(request)?;
        let (action, server) = super::action(request.path(), request.query())?;
        Some(Self {
            action,
            server: server.unwrap_or_default(),
            signed,
        })
    }

    /// The page for it: looking at it does nothing, sending its form does.
    pub(crate) async fn answer(&self, request: &Request) -> Response {
        let language = language(request);
        let result = match config() {
            Ok(config) => self.permitted(&config).map(|()| config),
            Err(error) => {
                let problem = Problem::from(error);
                let html = page::problem(language, self.action, "", &problem);
                return show(problem.status, html);
            }
        };
        let config = match result {
            Ok(config) => config,
            Err(error) => return show(status(error), page::refusal(language, self.action, error)),
        };
        let result = match request.method() {
            Method::Post => self.carry_out(request, &config).await,
            Method::Get | Method::Head => self.look(&config, language).await,
            _ => Err(Problem::method_not_allowed("GET or POST")),
        };
        match result {
            Ok(html) => show(200, html),
            Err(problem) => {
                let html = page::problem(language, self.action, &self.server, &problem);
                show(problem.status, html)
            }
        }
    }

    fn permitted(&self, config: &Config) -> Result<(), LinkError> {
        let Signed { expires, signature } = &self.signed;
        let (keys, now) = (&config.links.keys, Spin::default().now());
        self.action
            .verify(keys, &self.server, *expires, signature, now)
    }

    /// What a link shows before anything is done.
    async fn look(&self, config: &Config, language: Language) -> Result<String, Problem> {
        match self.action {
            Action::Prove => {
                let known = super::completeness(&Spin::default(), config, &self.server)?;
                Ok(page::completeness(language, &self.server, &known))
            }
            Action::Letters => {
                let listed = letters::list(&Spin::default(), config, &self.server)?;
                Ok(page::letters(language, &self.server, &listed))
            }
            Action::Examine => {
                let found = flows::examine::examine(&Spin::default(), config).await?;
                Ok(page::doctor(language, &found))
            }
            Action::Test | Action::Sync | Action::Replay | Action::Overview => {
                Ok(page::confirm(language, self.action, &self.server))
            }
        }
    }

    /// Pages that say more of the same server, to whoever may press its buttons.
    fn others(&self, world: &Spin, config: &Config) -> Vec<(Action, String)> {
        let expires = world.now() + WHILE_READING;
        let pages = [
            (Action::Examine, ""),
            (Action::Prove, self.server.as_str()),
            (Action::Letters, self.server.as_str()),
            (Action::Overview, ""),
        ];
        pages
            .into_iter()
            .filter_map(|(action, server)| {
                Some((action, action.address(&config.links, server, expires)?))
            })
            .collect()
    }

    async fn carry_out(&self, request: &Request, config: &Config) -> Result<String, Problem> {
        let (world, language) = (Spin::default(), language(request));
        Ok(match self.action {
            Action::Test => {
                let probe = super::test(&world, config, &self.server).await?;
                super::keep(&world, config, &probe).await;
                page::probe(language, &probe, &self.others(&world, config))
            }
            Action::Sync => {
                let which = Which::One(self.server.clone());
                let report = super::synchronise(&world, config, &which).await?;
                page::run(language, &self.server, &report)
            }
            Action::Replay => {
                let replayed = super::replay(request, &world, config, &self.server).await?;
                page::replay(
                    language,
                    &replayed,
                    &field(request, "to").unwrap_or_default(),
                )
            }
            Action::Letters => letters::carry_out(request, &world, config, &self.server).await?,
            Action::Examine | Action::Overview => return Err(Problem::method_not_allowed("GET")),
            Action::Prove => {
                let proved = super::prove(request, &world, config, &self.server).await?;
                let to = field(request, "to").unwrap_or_default();
                page::proved(language, &proved, &to)
            }
        })
    }
}

/// How long the pages that a page leads to are open.
const WHILE_READING: TimeDelta = TimeDelta::hours(1);

/// The status for a link that opens nothing.
pub(crate) fn status(error: LinkError) -> u16 {
    match error {
        LinkError::Forbidden => 403,
        LinkError::Expired => 410,
        LinkError::NotConfigured => 503,
    }
}
