use super::{
    Config, ConfigError, ListeningConfig, NOWHERE, PushConfig, Sought, Standing, Survey, Token,
    Wrong,
};
use ucm_client::Dialect;

fn read(servers: &str, change: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut settings = vec![
        ("odoo_url", "https://odoo.example.com"),
        ("odoo_db", "main"),
        ("odoo_login", "bridge@example.com"),
        ("odoo_api_key", "k-123"),
        ("ucm_servers", servers),
    ];
    settings.retain(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
    settings.extend_from_slice(change);
    Config::read(|name| {
        settings
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
    })
}

const PARIS: &str = r#"{"id":"paris","host":"ucm.example.com","password":"p4ss","country":"fr"}"#;

#[test]
fn a_server_needs_four_settings_and_the_rest_has_the_usual_values() {
    let config = read(&format!("[{PARIS}]"), &[]).unwrap();
    let server = &config.servers[0];
    assert_eq!(server.base.as_str(), "https://ucm.example.com:8089/");
    assert_eq!(server.username, "cdrapi");
    assert_eq!(server.dialect, Dialect::Action);
    assert_eq!(server.interval.as_secs(), 15 * 60);
    assert_eq!(server.history.as_secs(), 30 * 86_400);
    assert_eq!(server.look_back.as_secs(), 6 * 3_600);
    assert!(server.create_contacts && config.refused.is_empty());
}

#[test]
fn the_legacy_dialect_has_its_own_port() {
    let config = read(
        r#"[{"id":"old","host":"192.0.2.9","password":"p","country":"ES","dialect":"legacy"}]"#,
        &[],
    )
    .unwrap();
    assert_eq!(config.servers[0].base.as_str(), "https://192.0.2.9:8443/");
}

/// An entry that was copied, or renamed while the old one was left: every call would be in Odoo twice.
#[test]
fn the_same_ucm_twice_is_refused() {
    let other = |change: (&str, &str)| {
        let other = PARIS.replace("\"paris\"", "\"paris-2\"");
        let servers = format!("[{PARIS},{}]", other.replace(change.0, change.1));
        read(&servers, &[]).unwrap()
    };
    let config = other(("", ""));
    assert_eq!(config.servers.len(), 1);
    assert_eq!(config.refused[0].setting, "ucm_servers[1].host");
    assert_eq!(config.refused[0].problem, Wrong::Twin("paris".into()));
    // Another port may be another one behind the same router, and those that only push are each behind one of their own.
    let pushes = r#""country":"fr","poll":false,"push_secret":"0123456789abcdef""#;
    for change in [
        (r#""country":"fr""#, r#""country":"fr","port":9443"#),
        (r#""country":"fr""#, pushes),
    ] {
        let config = other(change);
        assert_eq!(config.servers.len(), 2, "{:?}", config.refused);
    }
}

#[test]
fn every_fault_is_reported_and_the_good_server_stays() {
    let faulty = r#"{"id":"Lyon!","host":"https://x","country":"XX","interval_minutes":0,"dialect":"rest","pasword":"x"}"#;
    let config = read(&format!("[{PARIS},{faulty}]"), &[]).unwrap();
    assert_eq!(config.servers.len(), 1);
    let settings: Vec<&str> = config
        .refused
        .iter()
        .map(|fault| fault.setting.as_str())
        .collect();
    for field in [
        "id",
        "host",
        "country",
        "interval_minutes",
        "time_zone",
        "password",
        "pasword",
    ] {
        assert!(
            settings.contains(&format!("ucm_servers[1].{field}").as_str()),
            "{field} is not among {settings:?}"
        );
    }
}

#[test]
fn a_second_server_of_the_same_id_is_refused() {
    let config = read(&format!("[{PARIS},{PARIS}]"), &[]).unwrap();
    assert_eq!((config.servers.len(), config.refused.len()), (1, 1));
    assert_eq!(config.refused[0].setting, "ucm_servers[1].id");
}

#[test]
fn without_odoo_nothing_runs_and_all_is_listed() {
    let ConfigError(faults) = read(
        "not json",
        &[
            ("odoo_url", "ftp://x"),
            ("odoo_db", " "),
            ("odoo_api_key", ""),
        ],
    )
    .unwrap_err();
    let settings: Vec<&str> = faults.iter().map(|fault| fault.setting.as_str()).collect();
    assert_eq!(
        settings,
        ["odoo_db", "odoo_api_key", "odoo_url", "ucm_servers"]
    );
}

#[test]
fn no_secret_is_printed() {
    let config = read(&format!("[{PARIS}]"), &[]).unwrap();
    assert!(!format!("{config:?}").contains("p4ss") && !format!("{config:?}").contains("k-123"));
    let error = read(r#"[{"password":"p4ss" oops}]"#, &[]).unwrap_err();
    assert!(!error.to_string().contains("p4ss"));
}

#[test]
fn a_change_of_any_setting_changes_the_revision() {
    let revision = |text: &str| read(text, &[]).unwrap().servers[0].revision.clone();
    assert_ne!(
        revision(&format!("[{PARIS}]")),
        revision(&format!("[{}]", PARIS.replace("p4ss", "n3w")))
    );
}

/// The only server of `entry`, with `fields` added to it.
fn with(fields: &str) -> Result<crate::config::Server, Vec<String>> {
    let entry = PARIS.replacen('}', &format!(",{fields}}}"), 1);
    let config = read(&format!("[{entry}]"), &[]).unwrap();
    let faults = config
        .refused
        .into_iter()
        .map(|fault| fault.setting)
        .collect();
    config.servers.into_iter().next().ok_or(faults)
}

#[test]
fn nobody_may_push_without_a_secret_and_two_may_hold_while_it_is_changed() {
    assert!(!with("\"days\":1").unwrap().push.is_open());
    let push =
        with(r#""push_secret":"a-secret-of-17-chars","push_secret_previous":"the-one-before-it""#)
            .unwrap()
            .push;
    assert!(push.admits("a-secret-of-17-chars") && push.admits("the-one-before-it"));
    assert!(!push.admits("") && !push.admits("a-secret-of-17-char"));
    for bad in [
        r#""push_secret":"short""#,
        r#""push_secret":"with spaces in it, long""#,
    ] {
        assert_eq!(with(bad).unwrap_err(), ["ucm_servers[0].push_secret"]);
    }
    assert_eq!(
        with(r#""push_secret_previous":"the-one-before-it""#).unwrap_err(),
        ["ucm_servers[0].push_secret_previous"]
    );
}

#[test]
fn a_pattern_of_hosts_that_would_close_all_of_them_is_named() {
    type Kind = fn(String) -> Wrong;
    let refused: [(Kind, &[&str]); 4] = [
        (
            Wrong::Pattern,
            &["*:8089", "ucm.example.com", "", "://a:1", "h2://a:1"],
        ),
        (
            Wrong::Patterns,
            &[
                "https://a:8089,https://b:8089",
                "https://a,b:8089",
                "https://a:8089 https://b:8089",
                "{http,https}://a:8089",
            ],
        ),
        (
            Wrong::PatternHost,
            &[
                "https://",
                "https://:8089",
                "https://a/api",
                "https://a/api:8089",
                "https://ucm*.example.com:8089",
                "https://*.example.*:8089",
                "https://*.10.1.2.3:8089",
                "https://10.1.0.0/33:8089",
                "https://a:8089:8089",
            ],
        ),
        (
            Wrong::PatternPort,
            &[
                "https://a:8089/api",
                "https://a:https",
                "https://a:80890",
                "https://a:8000..",
                "https://a:80*",
                "*://*",
            ],
        ),
    ];
    for (kind, patterns) in refused {
        for pattern in patterns {
            let ConfigError(faults) = read("", &[("ucm_hosts_legacy", pattern)]).unwrap_err();
            assert_eq!(faults[0].setting, "ucm_hosts_legacy");
            assert_eq!(faults[0].problem, kind((*pattern).to_owned()), "{pattern}");
        }
    }
    for pattern in [
        "https://*:8089",
        " https://*:8089 ",
        "https://ucm.example.com",
        "https://ucm.example.com/",
        "https://ucm.example.com:8089/",
        "http://*.example.com:8000..9000",
        "https://10.1.2.3:*",
        "https://10.1.0.0/16:8089",
        "https://10.1.0.0/16",
        "https://[2001:db8::7]:8089",
        "https://[2001:db8::7]",
        "https://2001:db8::/32",
        "*://*:*",
    ] {
        assert!(read("", &[("ucm_hosts", pattern)]).is_ok(), "{pattern}");
    }
}

#[test]
fn hosts_are_open_where_a_pattern_names_none() {
    let is_open = |setting: &str, pattern: &str| {
        let config = read("", &[(setting, pattern)]).unwrap();
        config.has_open_hosts
    };
    for pattern in [
        "https://*:8089",
        "https://*",
        "*://*:*",
        "https://0.0.0.0/0:8089",
        "https://::/0",
    ] {
        assert!(
            is_open("ucm_hosts", pattern) && is_open("ucm_hosts_legacy", pattern),
            "{pattern}"
        );
    }
    for pattern in [
        "https://ucm.example.com:8089",
        "https://*.example.com:*",
        "https://10.1.0.0/16:8089",
        "https://[2001:db8::7]:8089",
    ] {
        assert!(!is_open("ucm_hosts", pattern), "{pattern}");
    }
}

#[test]
fn a_password_may_be_bound_to_the_address_that_it_is_for() {
    let kept =
        r#"{"paris":{"host":"https://UCM.example.com:8089","password":"p4ss"},"lyon":"n3w"}"#;
    let config = read("", &[("ucm_passwords", kept)]).unwrap();
    let admit = |name: &str, base: &str| config.passwords.admit(name, &base.parse().unwrap());
    assert!(admit("paris", "https://ucm.example.com:8089/"));
    for other in [
        "http://ucm.example.com:8089",
        "https://ucm.example.com:8443",
        "https://ucm.example.com",
        "https://ucm.example.com.example.net:8089",
        "https://192.0.2.1:8089",
    ] {
        assert!(!admit("paris", other) && admit("lyon", other), "{other}");
    }
    let is = |name: &str, secret: &str| config.passwords.get(name).unwrap().matches(secret);
    assert!(is("paris", "p4ss") && is("lyon", "n3w"));
    assert!(config.passwords.is_loose("lyon") && !config.passwords.is_loose("paris"));
    assert!(!format!("{config:?}").contains("p4ss"));
}

#[test]
fn what_a_password_cannot_be_kept_as_is_a_fault_of_its_setting() {
    let host = |text: &str| format!(r#"{{"host":"{text}","password":"p4ss"}}"#);
    let known = || Wrong::Unknown("host, password".into());
    for (entry, field, problem) in [
        ("4".to_owned(), "", Wrong::Kept),
        (r#"["p4ss"]"#.to_owned(), "", Wrong::Kept),
        (
            r#"{"password":"p4ss"}"#.to_owned(),
            ".host",
            Wrong::Missing(Sought::Origin),
        ),
        (
            r#"{"host":"https://a:1"}"#.to_owned(),
            ".password",
            Wrong::Missing(Sought::Password),
        ),
        (
            r#"{"host":"https://a:1","password":4}"#.to_owned(),
            ".password",
            Wrong::Text,
        ),
        (host("ucm.example.com"), ".host", Wrong::Address),
        (host("ucm.example.com:8089"), ".host", Wrong::Scheme),
        (
            host("https://ucm.example.com:8089/api"),
            ".host",
            Wrong::Path,
        ),
        (
            host("https://cdrapi:p4ss@ucm.example.com:8089"),
            ".host",
            Wrong::Credentials,
        ),
        (
            r#"{"host":"https://a:1","password":"p4ss","port":1}"#.to_owned(),
            ".port",
            known(),
        ),
    ] {
        let kept = format!(r#"{{"paris":{entry},"lyon":"n3w"}}"#);
        let settings = [("ucm_passwords", kept.as_str())];
        let error = read("", &settings).unwrap_err();
        assert!(!error.to_string().contains("p4ss"), "{error}");
        let [fault] = &error.0[..] else {
            panic!("{entry}: {error}");
        };
        assert_eq!(
            fault.setting,
            format!("ucm_passwords.paris{field}"),
            "{entry}"
        );
        assert_eq!(fault.problem, problem, "{entry}");
        assert_eq!(
            standing(&survey(&settings), "ucm_passwords"),
            Standing::Wrong
        );
    }
}

#[test]
fn sources_are_addresses_and_networks() {
    let push = with(
        r#""push_secret":"a-secret-of-17-chars","push_sources":["203.0.113.7","10.1.0.0/16"]"#,
    )
    .unwrap()
    .push;
    let admits = |source: &str| push.admits_source(source.parse().ok());
    assert!(admits("203.0.113.7") && admits("10.1.255.1") && admits("::ffff:10.1.2.3"));
    assert!(!admits("203.0.113.8") && !admits("::1") && !admits("unknown"));
    assert_eq!(
        with(r#""push_sources":["lan"]"#).unwrap_err(),
        ["ucm_servers[0].push_sources"]
    );
}

#[test]
fn a_server_that_only_pushes_needs_no_address() {
    let config = read(
        r#"[{"id":"nat","country":"FR","poll":false,"push_secret":"a-secret-of-17-chars"},{"id":"mute","country":"FR","poll":false}]"#,
        &[],
    )
    .unwrap();
    assert!(!config.servers[0].polled && config.servers.len() == 1);
    assert_eq!(config.refused[0].setting, "ucm_servers[1].push_secret");
}

#[test]
fn excluded_numbers_are_written_in_full() {
    let with = |excluded: &str| {
        let entry = PARIS.replace('}', &format!(r#","excluded":{excluded}}}"#));
        read(&format!("[{entry}]"), &[]).unwrap()
    };
    let config = with(r#"["+33 1 42.66-77 01", "+52 1*"]"#);
    let server = &config.servers[0];
    assert!(server.excludes("+33142667701") && server.excludes("+5215512345678"));
    assert!(!server.excludes("+33142667702") && !server.excludes("+525512345678"));
    for nobody in ["0142667701", "0033142667701", "+331**", "*", "+"] {
        let config = with(&format!(r#"["+33142667701","{nobody}"]"#));
        assert_eq!(
            config.refused[0].setting, "ucm_servers[0].excluded",
            "{nobody}"
        );
    }
}

/// What a survey says of the settings that are given.
fn survey(given: &[(&str, &str)]) -> Survey {
    let found = |name: &str| given.iter().find(|(known, _)| *known == name);
    Survey::read(|name| found(name).map(|(_, text)| (*text).to_owned()))
}

fn standing(survey: &Survey, variable: &str) -> Standing {
    let mut variables = survey.variables.iter();
    variables
        .find(|it| it.variable == variable)
        .unwrap()
        .standing
}

#[test]
fn a_survey_of_nothing_names_what_is_missing() {
    let survey = survey(&[("odoo_url", NOWHERE), ("odoo_db", "")]);
    let missing = ["odoo_url", "odoo_db", "odoo_login", "odoo_api_key"];
    for it in &survey.variables {
        let expected = match missing.contains(&it.variable) {
            true => Standing::Missing,
            false => Standing::Unset,
        };
        assert_eq!(it.standing, expected, "{}", it.variable);
    }
    assert!(!survey.is_usable() && !survey.is_whole());
}

#[test]
fn a_survey_has_the_faults_of_every_component_once() {
    let whole = [
        ("odoo_url", "https://odoo.example.com"),
        ("odoo_db", "main"),
        ("odoo_login", "bridge@example.com"),
        ("odoo_api_key", "k-123"),
    ];
    assert!(survey(&whole).is_whole());
    let faulty = format!(r#"[{PARIS},{{"id":"lyon"}}]"#);
    let refused = survey(&[&whole[..], &[("ucm_servers", &faulty)]].concat());
    assert_eq!(standing(&refused, "ucm_servers"), Standing::Wrong);
    assert!(refused.is_usable() && !refused.is_whole());

    let wrong = [
        ("recording_listeners", "many"),
        ("link_secret", "short"),
        ("run_budget_secs", "1"),
    ];
    let survey = survey(&[&whole[..], &wrong].concat());
    for (variable, _) in wrong {
        assert_eq!(standing(&survey, variable), Standing::Wrong, "{variable}");
    }
    let faults: usize = survey.variables.iter().map(|it| it.faults.len()).sum();
    assert_eq!(faults, 3, "{survey:?}");
    assert!(!survey.is_usable() && survey.has("odoo_url") && !survey.has("link_secret"));
}

#[test]
fn a_token_that_can_be_guessed_is_a_fault_that_stops_nothing() {
    let token = |text: &str| Token::read(|_| Some(text.to_owned()), "admin_token");
    for unset in ["", "  \n"] {
        assert!(!token(unset).is_set() && !token(unset).is_weak, "{unset:?}");
    }
    for weak in [
        "s",
        "fifteen-letters",
        "            t0ken",
        " fifteen-letters\n",
    ] {
        let token = token(weak);
        assert!(token.is_weak && !token.is_set(), "{weak:?}");
        assert!(!token.matches(weak) && !token.matches(weak.trim()) && !token.matches(""));
    }
    let good = token(" sixteen-letters!\n");
    assert!(good.is_set() && !good.is_weak && good.matches("sixteen-letters!"));

    // Beside one that opens, it is in the way only of who may mean it.
    let (weak, unset) = (token("s"), token(""));
    let in_the_way = |tokens: &[&Token], bearer| {
        let tokens: Vec<Token> = tokens.iter().copied().cloned().collect();
        Token::in_the_way(&tokens, bearer).is_some()
    };
    for bearer in [None, Some(""), Some("sixteen-letters?")] {
        assert!(!in_the_way(&[&good, &weak], bearer), "{bearer:?}");
        assert!(in_the_way(&[&unset, &weak], bearer), "{bearer:?}");
        assert!(in_the_way(&[&weak], bearer), "{bearer:?}");
    }
    assert!(in_the_way(&[&good, &weak], Some("s")));
    assert!(!in_the_way(&[&good, &unset], Some("s")));

    let whole = [
        ("odoo_url", "https://odoo.example.com"),
        ("odoo_db", "main"),
        ("odoo_login", "bridge@example.com"),
        ("odoo_api_key", "k-123"),
    ];
    for variable in ["admin_token", "stats_token"] {
        let survey = survey(&[&whole[..], &[(variable, "fifteen-letters")]].concat());
        assert_eq!(standing(&survey, variable), Standing::Wrong);
        assert!(survey.is_usable() && !survey.is_whole() && !survey.has(variable));
        let told = survey.variables.iter().filter(|it| it.is_told_to_all());
        let told: Vec<&str> = told.map(|it| it.variable).collect();
        assert_eq!(told, [variable]);
    }
    // A password by a name with a bracket is no server that is left out.
    let kept = [("ucm_passwords", r#"{"a[0]":4}"#)];
    assert!(!survey(&[&whole[..], &kept].concat()).is_usable());
}

#[test]
fn an_odoo_that_nobody_has_named_is_none() {
    let unnamed = |name: &str| match name {
        "odoo_url" => Some(NOWHERE.to_owned()),
        "odoo_db" | "odoo_login" | "odoo_api_key" => Some("x".to_owned()),
        _ => None,
    };
    assert!(Config::read(unnamed).is_err());
    // What is pushed now would be kept for an Odoo that nobody has.
    assert!(PushConfig::read(unnamed).is_err());
    assert!(ListeningConfig::read(unnamed).unwrap().odoo.is_none());
}
