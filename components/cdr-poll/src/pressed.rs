//! A button of a server in Odoo that acts at once: Odoo's webhook brings the signed link, and the answer goes to the open Odoo of who has
//! pressed it.

use bridge_core::config::Config;
use bridge_core::flows;
use bridge_core::flows::examine::Probe;
use bridge_core::flows::report::RunReport;
use bridge_core::flows::roster::Which;
use bridge_core::flows::show::{Action, Answer};
use bridge_faces::page::{Language, brief};
use bridge_faces::problem::Problem;
use bridge_spin::{Reply, Signed, Spin, answer, config, query};
use ports::Clock as _;
use serde_json::{Value, json};
use spin_sdk::http::{Method, Request};

use crate::buttons::status;

/// What a webhook asks for.
///
/// The link is in the body, since Odoo logs the addresses that it posts to. Who pressed the button is not signed: it only says who is answered.
pub(crate) struct Pressed {
    action: Action,
    server: String,
    signed: Signed,
    user: i64,
}

/// What came of it.
enum Came {
    Tested(Probe),
    Synchronised(RunReport),
    Failed(Problem),
}

impl Pressed {
    /// Reads the request, if it is such a webhook.
    pub(crate) fn read(request: &Request) -> Option<Self> {
        if *request.method() != Method::Post {
            return None;
        }
        let user = query(request, "user")?.parse().ok()?;
        let body: Value = serde_json::from_slice(request.body()).ok()?;
        let link = LINKS.iter().find_map(|field| body[*field].as_str())?;
        let (address, query) = link.split_once('?')?;
        let (_, place) = address.split_once("://")?;
        let (action, server) = super::action(&place[place.find('/')?..], query)?;
        Some(Self {
            action,
            server: server?,
            signed: Signed::of(query)?,
            user,
        })
    }

    /// Answers Odoo, which waits for a second at most, and then does it: what came of it is said in Odoo.
    pub(crate) async fn carry_out(self, reply: Reply) {
        let config = match self.admitted() {
            Ok(config) => config,
            Err(status) => {
                reply.send(answer(status, &json!({ "status": "refused" })));
                return;
            }
        };
        reply.send(answer(202, &json!({ "status": "accepted" })));
        let world = Spin::default();
        let came = self.came(&world, &config).await;
        if let Came::Tested(probe) = &came {
            super::keep(&world, &config, probe).await;
        }
        let words = |language| self.words(language, &came);
        if let Err(error) = flows::show::tell(&world, &config, self.user, words).await {
            println!(
                "{}: nobody could be told what came of a button: {error}",
                self.server
            );
        }
    }

    fn admitted(&self) -> Result<Config, u16> {
        let config = config().map_err(|error| Problem::from(error).status)?;
        let Signed { expires, signature } = &self.signed;
        let (keys, now) = (&config.links.keys, Spin::default().now());
        self.action
            .verify(keys, &self.server, *expires, signature, now)
            .map_err(status)?;
        Ok(config)
    }

    async fn came(&self, world: &Spin, config: &Config) -> Came {
        let came = match self.action {
            Action::Test => super::test(world, config, &self.server)
                .await
                .map(Came::Tested),
            Action::Sync => super::synchronise(world, config, &Which::One(self.server.clone()))
                .await
                .map(Came::Synchronised),
            _ => Err(Problem::not_found("button of that name")),
        };
        came.unwrap_or_else(Came::Failed)
    }

    fn words(&self, language: Language, came: &Came) -> Answer {
        match came {
            Came::Tested(probe) => brief::probe(language, probe),
            Came::Synchronised(report) => brief::run(language, &self.server, report),
            Came::Failed(problem) => brief::problem(language, self.action, &self.server, problem),
        }
    }
}

/// The fields of a server's access that have the links of such buttons.
const LINKS: [&str; 2] = ["x_test_url", "x_sync_url"];
