// SPDX-License-Identifier: MIT OR Apache-2.0
//! Actor and action in Cedar's terms. Names are read once, when the vocabulary is made; a request only puts them together.

use std::collections::BTreeMap;

use account::{BindingKind, Plan, Standing};
use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request,
    RestrictedExpression as Expression, Schema,
};
use protocol::Mode;

use crate::{
    SCHEMA,
    action::{Act, Action, Hosting, Joining, Proof, Registration},
    facts::{AccountFacts, Actor, MeetingFacts, Role},
};

/// The schema, and the names of everything in it that a request is made of.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    schema: Schema,
    guest: Entity,
    account: EntityUid,
    instance: Entity,
    meeting: EntityUid,
    /// All actions and groups of actions.
    declared: Entities,
    /// With the groups that each is in.
    actions: BTreeMap<&'static str, Entity>,
    standings: [EntityUid; Standing::ALL.len()],
    plans: [EntityUid; Plan::ALL.len()],
    bindings: [EntityUid; BindingKind::ALL.len()],
    modes: [EntityUid; 2],
    roles: [EntityUid; Role::ALL.len()],
    proofs: [EntityUid; Proof::ALL.len()],
}

impl Vocabulary {
    pub(crate) fn new() -> Self {
        let (schema, _warnings) = Schema::from_cedarschema_str(SCHEMA)
            .expect("the schema in this crate is correct: every test reads it");
        let declared = schema
            .action_entities()
            .expect("the schema's groups of actions make no circle");
        let actions = Action::NAMES.map(|name| {
            let entity = declared.get(&uid("Action", name));
            (name, entity.expect("every action stands in the schema").clone())
        });
        Self {
            guest: Entity::with_uid(uid("Guest", "guest")),
            account: uid("Account", "account"),
            instance: Entity::with_uid(uid("Instance", "instance")),
            meeting: uid("Meeting", "meeting"),
            actions: BTreeMap::from(actions),
            standings: Standing::ALL.map(|one| uid("Standing", one.as_str())),
            plans: Plan::ALL.map(|one| uid("Plan", one.as_str())),
            bindings: BindingKind::ALL.map(|one| uid("Binding", one.as_str())),
            modes: [uid("Mode", "e2ee"), uid("Mode", "standard")],
            roles: Role::ALL.map(|one| uid("Role", one.as_str())),
            proofs: Proof::ALL.map(|one| uid("Proof", one.as_str())),
            declared,
            schema,
        }
    }

    pub(crate) const fn schema(&self) -> &Schema {
        &self.schema
    }

    pub(crate) fn actions(&self) -> impl Iterator<Item = (&'static str, EntityUid)> {
        self.actions.iter().map(|(name, entity)| (*name, entity.uid()))
    }

    /// Returns the groups that an action is in.
    pub(crate) fn groups(&self, action: &EntityUid) -> Vec<&EntityUid> {
        self.declared.ancestors(action).into_iter().flatten().collect()
    }

    /// Puts a question into Cedar's terms.
    pub(crate) fn request(&self, actor: &Actor, action: &Action) -> (Request, Entities) {
        let principal = self.principal(actor);
        let resource = self.resource(action);
        let name = &self.actions[action.name()];
        let request = Request::new(
            principal.uid(),
            name.uid(),
            resource.uid(),
            self.context(actor, action),
            None,
        );
        let request = request.expect("only a schema could refuse a request, and none is given");
        let entities = Entities::from_entities([principal, name.clone(), resource], None);
        (
            request,
            entities.expect("three entities of different types are no duplicates"),
        )
    }

    fn principal(&self, actor: &Actor) -> Entity {
        match actor {
            Actor::Guest => self.guest.clone(),
            Actor::Account(facts) => entity(&self.account, self.account(facts)),
        }
    }

    fn account(&self, facts: &AccountFacts) -> [(&'static str, Expression); 7] {
        let bindings = facts.bindings.iter().map(|kind| self.binding(*kind));
        let organisations = facts.organisations.iter().cloned().map(Expression::new_string);
        [
            ("standing", self.standing(facts.standing)),
            ("plan", value(&self.plans[facts.plan as usize])),
            ("bindings", Expression::new_set(bindings)),
            (
                "oidc_assurance",
                Expression::new_long(i64::from(facts.oidc_assurance)),
            ),
            ("organisations", Expression::new_set(organisations)),
            ("is_operator", Expression::new_bool(facts.is_operator)),
            ("is_invited", Expression::new_bool(facts.is_invited)),
        ]
    }

    fn resource(&self, action: &Action) -> Entity {
        match action {
            Action::SeeMeeting(meeting) | Action::ManageMeeting { meeting, .. } => self.meeting(meeting),
            Action::JoinMeeting(joining) | Action::PassLobby(joining) => self.meeting(&joining.meeting),
            Action::InMeeting(one) => self.meeting(&one.meeting),
            Action::SeeInstance
            | Action::SeePolicy
            | Action::TestConnection
            | Action::SignIn
            | Action::Register(_)
            | Action::UseAccount
            | Action::ChangeAccount
            | Action::AddBinding { .. }
            | Action::Vouch { .. }
            | Action::HostMeeting(_)
            | Action::ManageAccounts
            | Action::ViewMetrics { .. }
            | Action::ReportPayment { .. } => self.instance.clone(),
        }
    }

    fn meeting(&self, facts: &MeetingFacts) -> Entity {
        let may = &facts.participants;
        let participants = [
            ("may_unmute", may.may_unmute),
            ("may_start_video", may.may_start_video),
            ("may_share_screen", may.may_share_screen),
            ("may_chat", may.may_chat),
            ("may_rename", may.may_rename),
            ("may_record", may.may_record),
        ];
        let attributes = [
            ("mode", self.mode(facts.mode)),
            ("people_limit", number(facts.people_limit)),
            ("has_lobby", Expression::new_bool(facts.has_lobby)),
            ("is_locked", Expression::new_bool(facts.is_locked)),
            ("is_suspended", Expression::new_bool(facts.is_suspended)),
            (
                "participants",
                record(participants.map(|(name, may)| (name, Expression::new_bool(may)))),
            ),
        ];
        let owner = facts
            .owner_standing
            .map(|one| ("owner_standing", self.standing(one)));
        entity(&self.meeting, attributes.into_iter().chain(owner))
    }

    fn context(&self, actor: &Actor, action: &Action) -> Context {
        let boolean = Expression::new_bool;
        match action {
            Action::SeeInstance
            | Action::SeePolicy
            | Action::TestConnection
            | Action::SignIn
            | Action::UseAccount
            | Action::ChangeAccount
            | Action::SeeMeeting(_)
            | Action::ManageAccounts => Context::empty(),
            Action::Register(Registration {
                by,
                is_invited,
                is_denied,
            }) => context([
                ("by", value(&self.proofs[*by as usize])),
                ("is_invited", boolean(*is_invited)),
                ("is_denied", boolean(*is_denied)),
            ]),
            Action::AddBinding { kind, is_denied } => {
                context([("kind", self.binding(*kind)), ("is_denied", boolean(*is_denied))])
            }
            Action::Vouch { used, slots } => context([("used", number(*used)), ("slots", number(*slots))]),
            Action::HostMeeting(hosting) => self.hosting(actor, hosting),
            Action::ManageMeeting { is_own, .. } => context([("is_own", boolean(*is_own))]),
            Action::JoinMeeting(joining) | Action::PassLobby(joining) => joining_context(joining),
            Action::InMeeting(one) => self.act(one.act, one.role),
            Action::ViewMetrics { is_local } => context([("is_local", boolean(*is_local))]),
            Action::ReportPayment { is_signed } => context([("is_signed", boolean(*is_signed))]),
        }
    }

    fn hosting(&self, actor: &Actor, hosting: &Hosting) -> Context {
        let limits = hosting.plans.limits(actor.plan());
        context([
            ("mode", self.mode(hosting.mode)),
            ("people", number(hosting.people)),
            ("minutes", number(hosting.minutes)),
            ("open_meetings", number(hosting.open_meetings)),
            (
                "limits",
                record([
                    ("people", number(limits.people)),
                    ("minutes", number(limits.minutes)),
                    ("open_meetings", number(limits.open_meetings)),
                ]),
            ),
        ])
    }

    fn act(&self, act: Act, role: Role) -> Context {
        let (target, to) = match act {
            Act::MuteParticipant { target }
            | Act::RemoveParticipant { target }
            | Act::RenameParticipant { target } => (Some(target), None),
            Act::ChangeRole { target, to } => (Some(target), Some(to)),
            Act::TakePart
            | Act::Unmute
            | Act::StartVideo
            | Act::ShareScreen
            | Act::Chat
            | Act::Rename
            | Act::RecordLocally
            | Act::AdmitParticipant
            | Act::LockMeeting
            | Act::ChangeSettings
            | Act::SuspendMeeting
            | Act::OpenBreakouts
            | Act::RotateLink
            | Act::EndMeeting => (None, None),
        };
        let named = [("role", Some(role)), ("target", target), ("to", to)];
        context(named.into_iter().filter_map(|(name, one)| {
            let role = one?;
            Some((name, value(&self.roles[role as usize])))
        }))
    }

    fn standing(&self, standing: Standing) -> Expression {
        value(&self.standings[standing as usize])
    }

    fn binding(&self, kind: BindingKind) -> Expression {
        value(&self.bindings[kind as usize])
    }

    fn mode(&self, mode: Mode) -> Expression {
        let [e2ee, standard] = &self.modes;
        value(match mode {
            Mode::E2ee => e2ee,
            Mode::Standard => standard,
        })
    }
}

fn joining_context(joining: &Joining) -> Context {
    context([
        ("people_now", number(joining.people_now)),
        ("is_own", Expression::new_bool(joining.is_own)),
        ("has_host_key", Expression::new_bool(joining.has_host_key)),
        ("is_kept_out", Expression::new_bool(joining.is_kept_out)),
    ])
}

fn uid(kind: &str, id: &str) -> EntityUid {
    let kind: EntityTypeName = kind.parse().expect("the types of the schema are identifiers");
    EntityUid::from_type_name_and_id(kind, EntityId::new(id))
}

fn value(uid: &EntityUid) -> Expression {
    Expression::new_entity_uid(uid.clone())
}

fn number(value: u32) -> Expression {
    Expression::new_long(i64::from(value))
}

fn entity(uid: &EntityUid, attributes: impl IntoIterator<Item = (&'static str, Expression)>) -> Entity {
    let attributes = attributes.into_iter().map(owned).collect();
    Entity::new(uid.clone(), attributes, [].into())
        .expect("attributes without extension functions always have a value")
}

fn record<const N: usize>(fields: [(&'static str, Expression); N]) -> Expression {
    Expression::new_record(fields.map(owned)).expect("the names of the fields differ")
}

fn context(fields: impl IntoIterator<Item = (&'static str, Expression)>) -> Context {
    Context::from_pairs(fields.into_iter().map(owned)).expect("the names of the fields differ")
}

fn owned((name, value): (&'static str, Expression)) -> (String, Expression) {
    (String::from(name), value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;

    #[test]
    fn every_request_is_one_that_the_schema_describes() {
        let vocabulary = Vocabulary::new();
        let actors = table::actors();
        for (_, action) in table::actions() {
            for (_, actor) in &actors {
                let (request, entities) = vocabulary.request(actor, &action);
                let principal = request.principal().expect("is given").clone();
                let resource = request.resource().expect("is given").clone();
                let checked = Request::new(
                    principal,
                    request.action().expect("is given").clone(),
                    resource,
                    vocabulary.context(actor, &action),
                    Some(vocabulary.schema()),
                );
                assert!(checked.is_ok(), "{actor:?} {action:?}: {checked:?}");
                let checked = Entities::from_entities(entities, Some(vocabulary.schema()));
                assert!(checked.is_ok(), "{actor:?} {action:?}: {checked:?}");
            }
        }
    }

    #[test]
    fn every_name_of_an_action_is_the_schemas_and_none_is_missing() {
        let vocabulary = Vocabulary::new();
        let groups: Vec<_> = vocabulary.schema().action_groups().collect();
        let declared = vocabulary.schema().actions().filter(|one| !groups.contains(one));
        let mut declared: Vec<_> = declared.map(|one| String::from(one.id().unescaped())).collect();
        declared.sort();
        let mut named: Vec<_> = Action::NAMES.map(String::from).into();
        named.sort();
        assert_eq!(named, declared);
        let mut told: Vec<_> = table::actions()
            .into_iter()
            .map(|(_, one)| String::from(one.name()))
            .collect();
        told.sort();
        told.dedup();
        assert_eq!(named, told, "the table shows every action");
    }
}
