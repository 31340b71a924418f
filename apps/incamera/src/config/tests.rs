// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is taken from where, and how the rest is refused.
#![expect(
    clippy::result_large_err,
    reason = "figment's own jail takes closures that return its own error"
)]

use figment::Jail;
use policy::Preset;
use server::PolicySource;

use super::*;

#[test]
fn without_a_word_it_serves_this_machine() {
    Jail::expect_with(|_| {
        let (config, shown) = load(&Flags::default()).expect("the defaults");
        assert_eq!(config.http.listen.to_string(), "localhost:8080");
        assert_eq!(config.policy.0, PolicySource::Preset(Preset::VerifiedE2ee));
        assert!(config.mail.is_none() && config.oidc.is_empty() && config.phone.is_none());
        assert!(config.payment.webhook_secret.is_none() && config.public_url.0.is_none());
        assert!(
            shown
                .iter()
                .any(|entry| entry.key == "plans.free.people" && entry.value == "250")
        );
        Ok(())
    });
}

#[test]
fn the_example_file_shows_every_key_with_its_default() {
    Jail::expect_with(|jail| {
        let example = include_str!("../../incamera.example.toml");
        jail.create_file("incamera.toml", example)?;
        let flags = Flags {
            config: Some(PathBuf::from("incamera.toml")),
            ..Flags::default()
        };
        let (_, with_example) = load(&flags).expect("the example is valid");
        let (_, with_defaults) = load(&Flags::default()).expect("the defaults");
        assert_eq!(with_example, with_defaults);
        let shown = shown::entries(&Figment::from(Toml::string(example)));
        assert_eq!(shown.len(), with_defaults.len(), "a key is not in the example");
        Ok(())
    });
}

#[test]
fn what_the_example_leaves_out_is_taken_as_it_stands_there() {
    Jail::expect_with(|jail| {
        let lines = include_str!("../../incamera.example.toml").lines();
        let whole = lines.map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => rest,
            _ => line,
        });
        jail.create_file("incamera.toml", &whole.collect::<Vec<_>>().join("\n"))?;
        let flags = Flags {
            config: Some(PathBuf::from("incamera.toml")),
            ..Flags::default()
        };
        let (config, _) = load(&flags).expect("the whole example is valid");
        assert!(config.mail.is_some() && config.phone.is_some() && config.oidc.len() == 1);
        assert_eq!(
            config.payment.webhook_secret_file,
            Some(PathBuf::from("/run/secrets/payment"))
        );
        Ok(())
    });
}

#[test]
fn a_policy_is_a_preset_or_a_file() {
    Jail::expect_with(|jail| {
        jail.set_env("INCAMERA__POLICY", "organisation-only");
        let (config, _) = load(&Flags::default()).expect("a preset");
        assert_eq!(config.policy.0, PolicySource::Preset(Preset::OrganisationOnly));
        let flags = Flags {
            policy: Some(String::from("rules/own.cedar")),
            ..Flags::default()
        };
        let (config, _) = load(&flags).expect("a file");
        assert_eq!(
            config.policy.0,
            PolicySource::File(PathBuf::from("rules/own.cedar"))
        );
        Ok(())
    });
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    Jail::expect_with(|jail| {
        jail.create_file(
            "incamera.toml",
            "data = \"/from/file\"\n[http]\nlisten = \"127.0.0.1:1\"\n[media]\nlisten = \"127.0.0.1:2\"\nworkers = 3\n",
        )?;
        jail.set_env("INCAMERA__HTTP__LISTEN", "127.0.0.1:10");
        jail.set_env("INCAMERA__MEDIA__LISTEN", "127.0.0.1:20");
        jail.set_env("INCAMERA__MEDIA__ADDRESSES", "[\"192.0.2.1\"]");
        let flags = Flags {
            media: Some(String::from("localhost:200")),
            config: Some(PathBuf::from("incamera.toml")),
            ..Flags::default()
        };
        let (config, _) = load(&flags).expect("all is well");
        assert_eq!(config.data, PathBuf::from("/from/file"));
        assert_eq!(config.http.listen.0.port(), 10);
        assert_eq!(
            config.media.listen.0,
            "127.0.0.1:200".parse().expect("an address")
        );
        assert_eq!(config.media.workers, 3);
        assert_eq!(
            config.media.addresses,
            ["192.0.2.1".parse::<IpAddr>().expect("an address")]
        );
        Ok(())
    });
}

#[test]
fn a_wrong_key_in_the_file_is_refused_with_its_name_and_place() {
    check_file(
        "[http]\nlissen = \"127.0.0.1:1\"",
        &["incamera.toml", "http.lissen", "no such key", "listen"],
    );
    check_file(
        "[htpp]\nlisten = \"127.0.0.1:1\"",
        &["incamera.toml", "htpp", "no such key", "http"],
    );
}

#[test]
fn a_wrong_value_in_the_file_is_refused_with_its_name_and_place() {
    check_file(
        "[http]\nlisten = \"here\"",
        &["incamera.toml", "http.listen", "here"],
    );
    check_file("[http]\nlisten = 8080", &["incamera.toml", "http.listen", "8080"]);
    check_file("[media]\nworkers = -1", &["incamera.toml", "media.workers", "-1"]);
    check_file("[log]\nformat = \"xml\"", &["incamera.toml", "log.format", "xml"]);
    check_file(
        "public_url = \"meet.example.org\"",
        &["incamera.toml", "public_url", "meet.example.org"],
    );
    check_file(
        "[http]\ntrusted_proxies = [\"here\"]",
        &["incamera.toml", "http.trusted_proxies", "here"],
    );
    check_file(
        "[accounts]\nresolver = \"dns\"",
        &["incamera.toml", "accounts.resolver", "dns"],
    );
    check_file(
        "[plans.free]\npeople = -1",
        &["incamera.toml", "plans.free.people", "-1"],
    );
    check_file(
        "[mail]\nhost = \"x\"\nfrom = \"a@example.org\"\nprot = 25",
        &["incamera.toml", "mail.prot", "no such key"],
    );
    check_file(
        "[[oidc]]\nid = \"x\"\nnmae = \"x\"",
        &["incamera.toml", "oidc", "nmae", "no such key"],
    );
    check_file("[http", &["incamera.toml"]);
}

#[test]
fn a_wrong_name_or_value_in_the_environment_is_refused_by_its_name() {
    check_environment(
        "INCAMERA__HTTP__LISSEN",
        "x",
        &["environment", "INCAMERA__HTTP__LISSEN", "no such key"],
    );
    check_environment(
        "INCAMERA__HTPP__LISTEN",
        "x",
        &["environment", "INCAMERA__HTPP", "no such key"],
    );
    check_environment(
        "INCAMERA__HTTP__LISTEN",
        "8080",
        &["environment", "INCAMERA__HTTP__LISTEN", "8080"],
    );
    check_environment(
        "INCAMERA__MEDIA__WORKERS",
        "many",
        &["environment", "INCAMERA__MEDIA__WORKERS", "many"],
    );
}

#[test]
fn a_wrong_flag_is_refused_by_its_name() {
    Jail::expect_with(|_| {
        let flags = Flags {
            http: Some(String::from("nowhere")),
            ..Flags::default()
        };
        check(&flags, &["--http", "nowhere"]);
        let flags = Flags {
            config: Some(PathBuf::from("missing.toml")),
            ..Flags::default()
        };
        check(&flags, &["--config", "missing.toml", "no such file"]);
        Ok(())
    });
}

#[track_caller]
fn check_file(contents: &str, said: &[&str]) {
    Jail::expect_with(|jail| {
        jail.create_file("incamera.toml", contents)?;
        let flags = Flags {
            config: Some(PathBuf::from("incamera.toml")),
            ..Flags::default()
        };
        check(&flags, said);
        Ok(())
    });
}

#[track_caller]
fn check_environment(name: &str, value: &str, said: &[&str]) {
    Jail::expect_with(|jail| {
        jail.set_env(name, value);
        check(&Flags::default(), said);
        Ok(())
    });
}

#[track_caller]
fn check(flags: &Flags, said: &[&str]) {
    let Err(error) = load(flags) else {
        panic!("taken, and {said:?} not said");
    };
    let message = error.to_string();
    for part in said {
        assert!(message.contains(part), "{message:?} does not say {part:?}");
    }
}
