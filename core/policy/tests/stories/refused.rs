// SPDX-License-Identifier: MIT OR Apache-2.0
//! An operator's file that breaks the shape is refused, and the refusal says where and what to do.

use incamera_policy::{Action, Actor, Fault, Policy, PolicyError, Preset};

#[test]
fn a_misspelt_attribute_is_named_with_rule_and_line() {
    check(
        r#"@id("typing")
@reason("A reason.")
permit (principal is Account, action == Action::"HostMeeting", resource)
when {
    principal.standng == Standing::"good"
};"#,
        "line 5: rule typing: attribute `standng` on entity type `Account` not found; did you mean `standing`?",
    );
}

#[test]
fn a_value_that_a_fact_never_has_is_refused() {
    check(
        r#"@id("typing") @reason("A reason.")
permit (principal is Account, action == Action::"HostMeeting", resource)
when { principal.bindings.contains(Binding::"fone") };"#,
        "line 3: rule typing: entity `Binding::\"fone\"` is of an enumerated entity type, but `\"fone\"` is not declared as a valid eid; valid entity eids: \"email\", \"phone\", \"oidc\", \"organisation\", \"payment\", \"voucher\"",
    );
}

#[test]
fn an_action_that_does_not_exist_is_refused() {
    check(
        r#"@id("typing") @reason("A reason.")
permit (principal, action == Action::"HostMeting", resource);"#,
        "line 2: rule typing: unrecognized action `Action::\"HostMeting\"`; did you mean `Action::\"HostMeeting\"`?",
    );
}

#[test]
fn a_fact_that_another_action_has_is_refused() {
    check(
        r#"@id("typing") @reason("A reason.")
permit (principal, action == Action::"SignIn", resource)
when { context.is_local };"#,
        "line 3: rule typing: attribute `is_local` in context for Action::\"SignIn\" not found; the schema lists the words \
         that a rule may use: `incamera policy schema` shows it",
    );
}

#[test]
fn a_rule_without_id_or_reason_is_refused() {
    check(
        r#"// A comment.

permit (principal, action, resource);"#,
        "line 3: the rule has no id: write @id(\"words-with-hyphens\") above it\n\
         line 3: the rule has no reason: write @reason(\"A sentence for the people it stops.\") above it",
    );
}

#[test]
fn ids_are_unique_words_with_hyphens() {
    check(
        r#"@id("one") @reason("A reason.") permit (principal, action == Action::"SignIn", resource);

@id("one") @reason("A reason.") permit (principal, action == Action::"SeePolicy", resource);
@id("Not_so") @reason("A reason.") permit (principal, action == Action::"SeePolicy", resource);"#,
        "line 3: rule one: another rule above has the same id: give each its own\n\
         line 4: rule Not_so: the id has to be lower-case words with hyphens between them, such as \"phone-hosts\"",
    );
}

#[test]
fn a_reason_is_a_sentence() {
    check(
        r#"@id("one") @reason("because") permit (principal, action == Action::"SignIn", resource);"#,
        "line 1: rule one: the reason has to be a sentence that ends with a full stop, in one line of at most 240 bytes",
    );
}

#[test]
fn annotations_that_mean_nothing_are_refused() {
    check(
        r#"@id("one") @reasn("A reason.") @reason("A reason.")
permit (principal, action == Action::"SignIn", resource);"#,
        "line 1: rule one: the annotation @reasn means nothing here: there are @id and @reason",
    );
}

#[test]
fn a_rule_that_never_applies_is_refused() {
    check(
        r#"@id("one") @reason("A reason.")
permit (principal is Guest, action == Action::"HostMeeting", resource)
when { principal is Account };"#,
        "line 1: rule one: policy is impossible: the policy expression evaluates to false for all valid requests; the schema \
         lists the words that a rule may use: `incamera policy schema` shows it",
    );
}

#[test]
fn a_template_is_refused() {
    check(
        r#"
@id("one") @reason("A reason.")
permit (principal == ?principal, action, resource);"#,
        "line 2: a rule with slots (?principal, ?resource) never applies: name what it is about",
    );
}

#[test]
fn what_is_not_cedar_is_refused_with_the_line() {
    check(
        "@id(\"one\")\n@reason(\"A reason.\")\npermit (principal, action, resource)\nwhere { true };",
        "line 4: not Cedar: invalid policy condition: where; condition must be either `when` or `unless`",
    );
}

#[test]
fn an_empty_policy_is_refused() {
    check(
        "// nothing\n",
        "the policy has no rule, so that nobody could do anything: begin with a preset",
    );
}

#[test]
fn a_policy_without_end_is_refused_unread() {
    let endless = " ".repeat(Policy::TEXT_BYTES + 1);
    check(&endless, "the policy is too long: shorten it to 262144 bytes");
}

#[test]
fn no_rule_of_a_preset_can_lose_its_id_or_reason_or_be_there_twice() {
    let preset = Preset::VerifiedE2ee;
    for rule in Policy::preset(preset).rules() {
        let id = format!("@id(\"{}\")\n", rule.id);
        let reason = format!("@reason(\"{}\")\n", rule.reason);
        let with = |changed: String| preset.text().replacen(&*rule.cedar, &changed, 1);
        for (changed, fault) in [
            (with(rule.cedar.replace(&id, "")), Fault::NoId),
            (with(rule.cedar.replace(&reason, "")), Fault::NoReason),
            (
                with(format!("{}\n{}", rule.cedar, rule.cedar)),
                Fault::DuplicateId,
            ),
        ] {
            let error = refused(&changed);
            let faults: Vec<_> = error.problems.iter().map(|problem| &problem.fault).collect();
            assert_eq!(faults, [&fault], "{}", rule.id);
            assert!(error.problems[0].line >= Some(rule.line), "{}", rule.id);
        }
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let text = format!(
        "{}\n@id(\"mine\") permit (principal, action == Action::\"Nothing\", resource);",
        Preset::Open.text()
    );
    let error = refused(&text);
    assert_eq!(error.problems.len(), 2, "{error}");
}

#[test]
fn what_would_end_the_process_is_refused_unread() {
    let rule = |condition: &str| {
        format!(
            "@id(\"deep\") @reason(\"A reason.\")\npermit (principal, action, resource) when {{ {condition} }};"
        )
    };
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a: ", "}"),
        ("if (", ") then true else true"),
    ] {
        let deep = rule(&format!("{}true{}", open.repeat(10_000), close.repeat(10_000)));
        let fault = &refused(&deep).problems[0].fault;
        assert!(
            matches!(fault, Fault::TooDeep | Fault::RuleTooLong),
            "{open}: {fault}"
        );
    }
    check(
        &rule(&format!("{}true{}", "(".repeat(40), ")".repeat(40))),
        "line 2: brackets stand in more than 32 others: make it several rules",
    );
    check(
        &rule(&format!("{}true", "true || ".repeat(1000))),
        "line 2: the rule is too long: make it several of at most 4096 bytes",
    );
}

#[test]
fn what_is_just_within_the_bounds_is_read_on_a_small_stack() {
    let head = "@id(\"wide\") @reason(\"A reason.\") permit (principal, action, resource) when { context";
    for filling in [
        "!!",
        "-",
        "true||",
        "true&&",
        ".a",
        "[true]==",
        "1+",
        "if true then ",
    ] {
        let head = head.trim_end_matches("context");
        let count = (Policy::RULE_BYTES - head.len() - 10) / filling.len();
        let text = format!("{head}{}true }};", filling.repeat(count));
        // Some are correct and some are not; none may end the process. Tests have 2 MB of stack, as the server's threads.
        if let Ok(policy) = Policy::parse(&text) {
            policy.allows(&Actor::Guest, &Action::SeePolicy);
        }
    }
}

#[test]
fn brackets_in_comments_and_sentences_count_for_nothing() {
    let text = format!(
        "// {brackets}\n@id(\"one\") @reason(\"Read (\\\"{short}\\\") it.\") permit (principal, action, resource);",
        brackets = "(".repeat(5000),
        short = "[".repeat(100),
    );
    assert!(Policy::parse(&text).is_ok());
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(refused(text).to_string(), expected);
}

#[track_caller]
fn refused(text: &str) -> PolicyError {
    match Policy::parse(text) {
        Ok(policy) => panic!("accepted: {policy:?}"),
        Err(error) => error,
    }
}
