// SPDX-License-Identifier: MIT OR Apache-2.0
//! `incamera policy`: looks at policies before they govern anybody. Needs no server and no configuration.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use policy::{Policy, Preset, RuleId, decision_table};

/// What to do with a policy.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a file, show what it decides, and what differs from a preset.
    Check {
        /// The file, in Cedar.
        file: PathBuf,
        /// The preset to compare it with.
        #[arg(long, value_name = "PRESET", default_value_t)]
        against: Preset,
    },
    /// Print a preset, to begin a file of one's own with.
    Show {
        /// open, verified-e2ee, organisation-only or private-instance.
        preset: Preset,
    },
    /// Print the words that a rule may use.
    Schema,
}

/// Runs the command, and writes what it finds.
pub(crate) fn run(command: &Command, out: &mut impl Write) -> anyhow::Result<()> {
    match command {
        Command::Check { file, against } => {
            let text =
                std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            // The refusal has lines of its own.
            let refusal = || format!("{} is refused:", file.display());
            let policy = Policy::parse(&text).map_err(|error| anyhow::anyhow!("{}\n{error}", refusal()))?;
            check(&policy, *against, out).context("cannot write")
        }
        Command::Show { preset } => out.write_all(preset.text().as_bytes()).context("cannot write"),
        Command::Schema => out.write_all(policy::SCHEMA.as_bytes()).context("cannot write"),
    }
}

fn check(policy: &Policy, against: Preset, out: &mut impl Write) -> std::io::Result<()> {
    let preset = Policy::preset(against);
    let table = decision_table(policy);
    writeln!(out, "{} rules, SHA-256 {}", policy.rules().len(), policy.hash())?;
    writeln!(out, "\n# What it decides\n\n{table}")?;
    writeln!(out, "# What differs from {against}\n")?;
    let rules = rule_changes(&preset, policy);
    let decisions = decision_table(&preset).diff(&table);
    if rules.is_empty() && decisions.is_empty() {
        writeln!(out, "Nothing.")?;
    }
    for line in rules {
        writeln!(out, "{line}")?;
    }
    for change in decisions {
        writeln!(out, "{change}")?;
    }
    let concerns = policy.concerns();
    if !concerns.is_empty() {
        writeln!(out, "\n# What you should know\n")?;
    }
    for concern in concerns {
        writeln!(out, "! {concern}")?;
    }
    Ok(())
}

/// Lists the rules that only one of them has, and those that say something else.
fn rule_changes(before: &Policy, after: &Policy) -> Vec<String> {
    let by_id = |policy: &Policy| -> BTreeMap<RuleId, _> {
        let rules = policy.rules().iter();
        rules.map(|rule| (rule.id.clone(), rule.cedar.clone())).collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let gone = before.keys().filter(|id| !after.contains_key(id));
    let mut changes: Vec<_> = gone.map(|id| format!("- rule {id}")).collect();
    for (id, cedar) in &after {
        match before.get(id) {
            None => changes.push(format!("+ rule {id}")),
            Some(earlier) if earlier != cedar => changes.push(format!("~ rule {id}")),
            Some(_) => {}
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_that_is_shown_and_checked_differs_from_itself_in_nothing() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = folder.path().join("mine.cedar");
        let preset = Preset::VerifiedE2ee;
        std::fs::write(&file, told(&Command::Show { preset })).expect("the folder can be written to");
        let said = told(&Command::Check {
            file,
            against: preset,
        });
        assert!(
            said.ends_with("# What differs from verified-e2ee\n\nNothing.\n"),
            "{said}"
        );
        assert!(said.contains("\nHostMeeting e2ee\n"), "{said}");
    }

    #[test]
    fn what_a_file_changes_is_told_by_rule_and_by_decision() {
        let text = Preset::VerifiedE2ee
            .text()
            .replace("Binding::\"voucher\"", "Binding::\"email\"");
        let file = written(&format!("{text}\n{NO_PHONES}"));
        let said = told(&Command::Check {
            file: file.path().to_owned(),
            against: Preset::VerifiedE2ee,
        });
        let (_, differences) = said.split_once("# What differs").expect("there is such a part");
        for line in [
            "~ rule e2ee-needs-a-strong-binding",
            "+ rule no-phones",
            "+ HostMeeting e2ee: email (e2ee-needs-a-strong-binding)",
            "- HostMeeting e2ee: phone (no-phones)",
            "! adding \"phone\" takes a right away: HostMeeting standard",
        ] {
            assert!(
                differences.lines().any(|one| one == line),
                "{line} is missing: {differences}"
            );
        }
    }

    #[test]
    fn a_broken_file_is_refused_with_rule_and_line() {
        let file = written(
            "@id(\"one\")\n@reason(\"A reason.\")\npermit (principal, action == Action::\"Host\", resource);",
        );
        let command = Command::Check {
            file: file.path().to_owned(),
            against: Preset::default(),
        };
        let error = run(&command, &mut Vec::new()).expect_err("there is no such action");
        assert!(
            format!("{error:#}").contains("\nline 3: rule one: unrecognized action"),
            "{error:#}"
        );
    }

    fn told(command: &Command) -> String {
        let mut out = Vec::new();
        run(command, &mut out).expect("it can be told");
        String::from_utf8(out).expect("it is text")
    }

    fn written(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a file for the test");
        file.write_all(text.as_bytes())
            .expect("the file can be written to");
        file
    }

    const NO_PHONES: &str = r#"
@id("no-phones")
@reason("Phones do not host.")
forbid (principal is Account, action == Action::"HostMeeting", resource)
when { principal.bindings.contains(Binding::"phone") };
"#;
}
