//! Which component answers a path, by the rules of Spin's HTTP trigger.
//!
//! Spin itself decides with the `routefinder` crate, so this does too.

/// The routes of an application.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    router: routefinder::Router<Target>,
}

#[derive(Clone, Debug)]
struct Target {
    component: String,
    /// As the manifest writes it.
    raw_route: String,
    /// With a leading slash and without a trailing one.
    route: String,
}

/// A path that has found its component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RouteMatch {
    /// The component that answers.
    pub(crate) component: String,
    /// The route as the manifest writes it.
    pub(crate) raw_route: String,
    /// The route as matched.
    pub(crate) matched_route: String,
    /// What the trailing wildcard stands for, with its leading slash.
    pub(crate) path_info: String,
    /// What each `:name` stands for.
    pub(crate) captures: Vec<(String, String)>,
}

impl Routes {
    /// Adds one route; a later one of the same text replaces an earlier one, as in Spin.
    ///
    /// # Errors
    ///
    /// When the route cannot be read.
    pub(crate) fn add(&mut self, raw_route: &str, component: &str) -> Result<(), String> {
        let route = normalised(raw_route);
        let pattern = match route.strip_suffix("/...") {
            Some(prefix) => format!("{prefix}/*"),
            None => route.clone(),
        };
        let target = Target {
            component: component.to_owned(),
            raw_route: raw_route.to_owned(),
            route,
        };
        self.router
            .add(pattern, target)
            .map_err(|fault| fault.to_string())
    }

    /// The component for a path, if there is one.
    pub(crate) fn find(&self, path: &str) -> Option<RouteMatch> {
        let found = self.router.best_match(path)?;
        let target = found.handler().clone();
        let captures = found.captures();
        Some(RouteMatch {
            component: target.component,
            raw_route: target.raw_route,
            matched_route: target.route,
            path_info: captures
                .wildcard()
                .map(|rest| path_info(rest, path))
                .unwrap_or_default(),
            captures: captures
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }
}

impl RouteMatch {
    /// The route as the manifest writes it, without its trailing wildcard.
    pub(crate) fn component_route(&self) -> &str {
        self.raw_route
            .strip_suffix("/...")
            .unwrap_or(&self.raw_route)
    }
}

fn normalised(route: &str) -> String {
    let slash = if route.starts_with('/') { "" } else { "/" };
    let route = format!("{slash}{route}");
    route.strip_suffix('/').map(str::to_owned).unwrap_or(route)
}

/// Spin keeps a trailing slash that routefinder drops.
fn path_info(rest: &str, path: &str) -> String {
    match (rest.is_empty(), path.ends_with('/')) {
        (true, false) => String::new(),
        (true, true) => "/".to_owned(),
        (false, false) => format!("/{rest}"),
        (false, true) => format!("/{rest}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(all: &[(&str, &str)]) -> Routes {
        let mut routes = Routes::default();
        for (route, component) in all {
            routes.add(route, component).unwrap();
        }
        routes
    }

    fn component(routes: &Routes, path: &str) -> Option<String> {
        routes.find(path).map(|it| it.component)
    }

    #[test]
    fn exact_beats_wildcard_and_the_longest_wildcard_wins() {
        let routes = routes(&[
            ("/one/...", "one"),
            ("/one/two/...", "two"),
            ("/one/exact", "exact"),
            ("/", "root"),
        ]);
        assert_eq!(component(&routes, "/one/two/three").as_deref(), Some("two"));
        assert_eq!(component(&routes, "/one/else").as_deref(), Some("one"));
        assert_eq!(component(&routes, "/one").as_deref(), Some("one"));
        assert_eq!(component(&routes, "/one/exact").as_deref(), Some("exact"));
        assert_eq!(component(&routes, "/").as_deref(), Some("root"));
        assert_eq!(component(&routes, "/two"), None);
    }

    #[test]
    fn names_and_the_rest_of_the_path_are_told() {
        let found = routes(&[("/webhook/:server/...", "webhook")])
            .find("/webhook/paris/a/b/")
            .unwrap();
        assert_eq!(found.captures, [("server".to_owned(), "paris".to_owned())]);
        assert_eq!(found.path_info, "/a/b/");
        assert_eq!(found.raw_route, "/webhook/:server/...");
        assert_eq!(found.component_route(), "/webhook/:server");
    }
}
