// SPDX-License-Identifier: MIT OR Apache-2.0
//! Every route of the OpenAPI document, as everybody: allowed or refused as the policy says, and nobody sees what is
//! another's. A route that names no action fails.

use std::{collections::BTreeSet, time::Duration};

use account::{BindingKind, EmailAddress, Standing, StandingRecord, UnixTime, VOUCHER_SLOTS, VoucherCode};
use futures_util::future::join_all;
use identity::Secret;
use incamera_server::{PaymentConfig, PolicySource, ServerConfig};
use policy::{AccountFacts, Action, Actor, Hosting, MeetingFacts, Policy, Preset};
use protocol::{ErrorCode, MeetingId, Mode, Redacted, http::Problem, limits};
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::Value;
use store::{MeetingDetails, NewBinding, NewPasskey, Proof, StoredMeeting};
use tempfile::TempDir;

use crate::{
    people::{Person, now},
    support::{Response, World},
};

#[tokio::test]
async fn every_route_answers_everybody_as_the_policy_says() {
    let everybody = [Who::Guest, Who::Owner, Who::Other, Who::Suspended, Who::Operator];
    let all = Preset::ALL
        .into_iter()
        .flat_map(|preset| everybody.map(|who| (preset, who)));
    // At once: some routes wait for name servers that nobody runs here.
    join_all(all.map(|(preset, who)| check_all(preset, who))).await;
}

/// Checks what every route answers to somebody.
async fn check_all(preset: Preset, who: Who) {
    let scene = Scene::new(PolicySource::Preset(preset)).await;
    let policy = Policy::preset(preset);
    for route in Scene::routes() {
        let response = scene.send(&route, who).await;
        let told = format!(
            "{preset}: {} {} as {who:?}: {} {}",
            route.method,
            route.path,
            response.status,
            response.body()
        );
        let is_foreign = route.action == "ManageMeeting" && who != Who::Owner;
        if is_foreign {
            assert_eq!(response.status, 404, "{told}");
        } else if policy.allows(&who.asked_as(&route), &scene.action(&route, who)) {
            assert!(!is_denied(&response), "{told}");
            assert!(
                route.described.contains(&response.status),
                "not described: {told}"
            );
        } else {
            assert!(is_denied(&response), "{told}");
        }
        let is_owners = route.path.contains("{id}") && route.path.starts_with("/api/account/");
        if is_owners && who != Who::Owner {
            assert!(response.status == 404 || is_denied(&response), "{told}");
        }
    }
}

#[tokio::test]
async fn no_route_is_past_the_policy() {
    let directory = TempDir::new().expect("a temporary directory");
    let file = directory.path().join("nothing.cedar");
    let nothing =
        "@id(\"nothing\")\n@reason(\"Nothing is allowed.\")\nforbid (principal, action, resource);\n";
    std::fs::write(&file, nothing).expect("a writable directory");
    let scene = Scene::new(PolicySource::File(file)).await;
    let mut asked = 0;
    for route in Scene::routes() {
        let response = scene.send(&route, Who::Operator).await;
        let is_hidden = route.action == "ManageMeeting" && response.status == 404;
        assert!(
            is_hidden || is_denied(&response),
            "{} {}: {}",
            route.method,
            route.path,
            response.body()
        );
        asked += 1;
    }
    assert!(asked > 60);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(
            scene.world.get(path).await.status,
            200,
            "supervisors are not people"
        );
    }
}

#[tokio::test]
async fn metrics_are_for_this_machine_and_for_the_operator() {
    let scene = Scene::new(PolicySource::Preset(Preset::VerifiedE2ee)).await;
    assert_eq!(scene.world.get("/metrics").await.status, 200);
    for (who, status) in [(Who::Guest, 403), (Who::Owner, 403), (Who::Operator, 200)] {
        let cookie = scene.person(who).map(Person::cookie).unwrap_or_default();
        for forwarded in [("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=127.0.0.1")] {
            let headers = [("cookie", cookie.as_str()), forwarded];
            let response = scene.world.request("GET /metrics HTTP/1.1", &headers, b"").await;
            assert_eq!(response.status, status, "{who:?}");
        }
    }
}

#[tokio::test]
async fn a_sign_in_of_long_ago_does_for_everything_but_dangerous_acts() {
    let scene = Scene::new(PolicySource::Preset(Preset::Open)).await;
    let long_ago = UnixTime(now().0 - 3600);
    let stale = scene.world.session_since(scene.operator.id, long_ago).await;
    let mut dangerous = 0;
    for route in Scene::routes() {
        if route.operation == "signOut" || route.action == "SignIn" {
            continue;
        }
        let response = scene.send_as(&route, Some(&stale)).await;
        let code = "fresh_sign_in_needed";
        let is_refused = (response.status == 403 && response.body().contains(code))
            || response
                .header("location")
                .is_some_and(|place| place.ends_with(code));
        assert_eq!(
            is_refused,
            route.wants_fresh,
            "{} {}: {}",
            route.method,
            route.path,
            response.body()
        );
        dangerous += u32::from(is_refused);
    }
    assert!(dangerous > 15);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_code() {
    let scene = Scene::new(PolicySource::Preset(Preset::Open)).await;
    let (mut paths, mut queries, mut bodies) = (0, 0, 0);
    for route in Scene::routes() {
        let operator = Some(&scene.operator);
        let told = format!("{} {}", route.method, route.path);
        let body = route.body.as_deref();
        if route.path.contains('{') {
            let path = replace_places(&route.path, |_| "%FF");
            let refused = scene.world.ask(operator, &route.method, &path, body).await;
            assert_eq!(problem(&refused, &told).code, ErrorCode::NotFound, "{told}");
            paths += 1;
        }
        for parameter in &route.query {
            let path = scene.path(&route);
            let path = format!("{path}?{parameter}=a&{parameter}=b");
            let refused = scene.world.ask(operator, &route.method, &path, body).await;
            assert_eq!(problem(&refused, &told).code, ErrorCode::Malformed, "{told}");
            queries += 1;
        }
        if route.body.is_some() && route.action != "ReportPayment" {
            let path = scene.path(&route);
            for body in ["", "{", "[]", "7"] {
                let refused = scene.world.ask(operator, &route.method, &path, Some(body)).await;
                let code = problem(&refused, &format!("{told} {body}")).code;
                assert_eq!(code, ErrorCode::Malformed, "{told} {body}");
            }
            let plain = [("content-type", "text/plain")];
            let line = format!("{} {path} HTTP/1.1", route.method);
            let refused = scene.world.request(&line, &plain, b"{}").await;
            assert_eq!(problem(&refused, &told).code, ErrorCode::Malformed, "{told}");
            bodies += 1;
        }
        let wrong = scene
            .world
            .ask(operator, "REPORT", &scene.path(&route), body)
            .await;
        assert_eq!(
            (wrong.status, problem(&wrong, &told).code),
            (405, ErrorCode::NotFound),
            "{told}"
        );
    }
    assert!(
        paths > 15 && queries > 5 && bodies > 15,
        "{paths} {queries} {bodies}"
    );
}

/// Reads a refusal: a status that says so, and JSON as described.
#[track_caller]
fn problem(response: &Response, told: &str) -> Problem {
    assert!(response.status >= 400, "{told}: {}", response.status);
    let kind = response.header("content-type");
    assert_eq!(kind, Some("application/json"), "{told}: {}", response.body());
    response.json()
}

/// Puts something in every `{place}` of a path.
fn replace_places<'a>(path: &str, mut what: impl FnMut(usize) -> &'a str) -> String {
    let mut path = String::from(path);
    let mut place = 0;
    while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
        path.replace_range(start..=end, what(place));
        place += 1;
    }
    path
}

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Guest,
    /// Whose everything is that can be asked for. Has an e-mail address, and no more.
    Owner,
    /// Has as much, of their own.
    Other,
    Suspended,
    Operator,
}

impl Who {
    /// Describes whom the route asks the policy about.
    fn asked_as(self, route: &Route) -> Actor {
        let mut facts = AccountFacts {
            bindings: BTreeSet::from([BindingKind::Email]),
            ..AccountFacts::new()
        };
        match self {
            Self::Guest => return Actor::Guest,
            // Payment providers have no session, and nobody's counts.
            _ if route.action == "ReportPayment" => return Actor::Guest,
            Self::Owner | Self::Other => {}
            Self::Suspended => facts.standing = Standing::Suspended,
            Self::Operator => {
                facts.bindings.clear();
                facts.is_operator = true;
            }
        }
        Actor::Account(facts)
    }
}

/// One operation of the document.
struct Route {
    method: String,
    path: String,
    operation: String,
    action: String,
    body: Option<String>,
    /// Names of what may stand behind the question mark.
    query: Vec<String>,
    described: BTreeSet<u16>,
    wants_fresh: bool,
}

/// A server with one of everything.
struct Scene {
    world: World,
    owner: Person,
    other: Person,
    suspended: Person,
    operator: Person,
    meeting: MeetingId,
    ids: Vec<(&'static str, String)>,
}

impl Scene {
    async fn new(policy: PolicySource) -> Self {
        let world = World::with(ServerConfig {
            policy,
            payment: PaymentConfig {
                secret: Some(Secret::new(String::from("whsec_example"))),
                link: None,
            },
            // Nobody listens there: records are not found, at once.
            resolver: Some(([127, 0, 0, 1], 9).into()),
            ..ServerConfig::default()
        })
        .await;
        let [owner, other, suspended, target] = [
            world.account("owner@example.com").await,
            world.account("other@example.com").await,
            world.account("suspended@example.com").await,
            world.account("target@example.com").await,
        ];
        let operator = world.account("operator@example.com").await;
        let (store, now) = (&world.store, now());
        let token = world.operator_token().expect("nobody is the operator");
        let token = account::SessionToken::parse(token).expect("a token");
        let unused = store::NewAccount {
            id: operator.id,
            name: Redacted(String::new()),
            bindings: Vec::new(),
        };
        let redeemed = store
            .redeem_operator_link(&token.hash(), Some(operator.id), &unused, now)
            .await;
        assert_eq!(redeemed.expect("the database answers"), Some(operator.id));
        let known = store
            .account(operator.id)
            .await
            .expect("an answer")
            .expect("an account");
        let email = known.bindings.first().expect("an address").id;
        let by = store::By::Operator(operator.id);
        store
            .unbind(operator.id, email, by, now)
            .await
            .expect("a binding");

        let record = StandingRecord {
            standing: Standing::Suspended,
            reason: Some(String::from("An example.")),
            until: None,
        };
        let year = Duration::from_secs(365 * 24 * 3600);
        let banned = store
            .set_standing(operator.id, suspended.id, &record, year, now)
            .await;
        banned.expect("an account");
        let denied = store.denied(None, 1, now).await.expect("an answer");

        let mut rng = StdRng::from_os_rng();
        world.session_of(owner.id).await;
        let sessions = store.sessions(owner.id, now).await.expect("an answer");
        let session = sessions.iter().map(|session| session.id.0).max().expect("two");
        let passkey = NewPasskey {
            credential_id: vec![1; 16],
            credential: vec![2; 16],
            name: Redacted(String::from("Key")),
        };
        let passkey = store
            .add_passkey(owner.id, &passkey, now)
            .await
            .expect("a new one");
        let owned = store
            .account(owner.id)
            .await
            .expect("an answer")
            .expect("an account");
        let voucher = store
            .issue_voucher(owner.id, &VoucherCode::random(&mut rng).hash(), now)
            .await;
        store
            .claim_organisation(owner.id, "example.net", now)
            .await
            .expect("an account");
        let second = EmailAddress::parse("second@example.com").expect("an address");
        let second = NewBinding::email(&world.macs().await, &second);
        let binding = store.bind(target.id, &second, now).await.expect("a new one");
        let invited = EmailAddress::parse("invited@example.com").expect("an address");
        let subject = world.subject("invited@example.com").await;
        let invited = store
            .invite(operator.id, &invited, &subject, now)
            .await
            .expect("an answer");
        let proof = Proof::Operator(operator.id);
        store
            .prove_organisation("example.info", proof, now)
            .await
            .expect("an answer");
        let meeting = MeetingId::new([7; 16]);
        let stored = StoredMeeting {
            id: meeting,
            mode: Mode::Standard,
            host_key: None,
            admission_key: None,
            created_at: now,
            ended_at: None,
            owner: Some(owner.id),
            details: MeetingDetails::default(),
        };
        store
            .create_owned_meeting(&stored, owner.id, 0)
            .await
            .expect("a new one");
        let ids = vec![
            ("/api/account/sessions/{id}", session.to_string()),
            ("/api/account/passkeys/{id}", passkey.to_string()),
            (
                "/api/account/bindings/{id}",
                owned.bindings.first().expect("an address").id.to_string(),
            ),
            (
                "/api/account/vouchers/{id}",
                voucher.expect("a free slot").id.to_string(),
            ),
            ("/api/account/organisations/{domain}", String::from("example.net")),
            ("/api/meetings/{id}", meeting.to_string()),
            (
                "/api/operator/accounts/{id}/bindings/{binding}",
                format!("{} {binding}", target.id),
            ),
            ("/api/operator/accounts/{id}", target.id.to_string()),
            (
                "/api/operator/invitations/{id}",
                invited.expect("no account").id.to_string(),
            ),
            (
                "/api/operator/denied/{id}",
                denied.first().expect("a ban").id.to_string(),
            ),
            (
                "/api/operator/organisations/{domain}",
                String::from("example.info"),
            ),
            ("/api/sign-in/oidc/{provider}", String::from("none")),
            ("/api/account/bindings/oidc/{provider}", String::from("none")),
        ];
        Self {
            world,
            owner,
            other,
            suspended,
            operator,
            meeting,
            ids,
        }
    }

    /// Reads every route, in an order in which none spoils the next.
    fn routes() -> Vec<Route> {
        // As it stands in the file: a policy may keep it from everybody.
        let document: Value = serde_json::from_str(include_str!("../../openapi.json")).expect("JSON");
        let mut routes = Vec::new();
        for (path, operations) in document["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let Some(action) = operation["x-action"].as_str() else {
                    assert!(
                        matches!(path.as_str(), "/healthz" | "/readyz"),
                        "{path} names no action"
                    );
                    continue;
                };
                assert!(
                    Action::NAMES.contains(&action),
                    "{path}: the policy knows no {action}"
                );
                // Asked when the client says which meeting: `in_the_meeting` walks it.
                if path == "/ws" {
                    continue;
                }
                let example = &operation["requestBody"]["content"]["application/json"]["example"];
                let described = operation["responses"].as_object().expect("responses");
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let query = parameters
                    .filter(|parameter| parameter["in"] == "query")
                    .filter_map(|parameter| parameter["name"].as_str().map(String::from));
                routes.push(Route {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    operation: operation["operationId"].as_str().expect("a name").to_owned(),
                    action: action.to_owned(),
                    body: (!example.is_null()).then(|| example.to_string()),
                    wants_fresh: operation["x-fresh"] == true,
                    query: query.collect(),
                    described: described
                        .keys()
                        .filter_map(|status| status.parse().ok())
                        .collect(),
                });
            }
        }
        let last = [
            "removeBinding",
            "endMeeting",
            "deleteMeeting",
            "signOut",
            "eraseAccount",
        ];
        routes.sort_by_key(|route| {
            let spoils = last
                .iter()
                .position(|last| *last == route.operation)
                .map_or(0, |at| at + 1);
            // Signing out ends what erasing needs.
            let order = if route.operation == "signOut" { 10 } else { spoils };
            (order, route.method == "DELETE")
        });
        routes
    }

    async fn send(&self, route: &Route, who: Who) -> Response {
        self.send_as(route, self.person(who)).await
    }

    async fn send_as(&self, route: &Route, person: Option<&Person>) -> Response {
        let body = route.body.as_deref();
        self.world
            .ask(person, &route.method, &self.path(route), body)
            .await
    }

    /// Returns the route's path with ids that there are.
    fn path(&self, route: &Route) -> String {
        let known = self.ids.iter().find(|(known, _)| route.path.starts_with(known));
        let ids: Vec<_> = known.map_or_else(Vec::new, |(_, ids)| ids.split(' ').collect());
        replace_places(&route.path, |place| {
            ids.get(place)
                .unwrap_or_else(|| panic!("the test knows no id for {}", route.path))
        })
    }

    fn person(&self, who: Who) -> Option<&Person> {
        match who {
            Who::Guest => None,
            Who::Owner => Some(&self.owner),
            Who::Other => Some(&self.other),
            Who::Suspended => Some(&self.suspended),
            Who::Operator => Some(&self.operator),
        }
    }

    /// Returns what the route asks the policy about.
    fn action(&self, route: &Route, who: Who) -> Action {
        let people = u32::try_from(limits::PARTICIPANTS).expect("a small number");
        let meeting = MeetingFacts::new(Mode::Standard, Some(Standing::Good), people);
        assert_eq!(self.meeting, MeetingId::new([7; 16]));
        match route.action.as_str() {
            "SeeInstance" => Action::SeeInstance,
            "SeePolicy" => Action::SeePolicy,
            "TestConnection" => Action::TestConnection,
            "SignIn" => Action::SignIn,
            "UseAccount" => Action::UseAccount,
            "ChangeAccount" => Action::ChangeAccount,
            "ManageAccounts" => Action::ManageAccounts,
            "ViewMetrics" => Action::ViewMetrics { is_local: true },
            "ReportPayment" => Action::ReportPayment { is_signed: false },
            "SeeMeeting" => Action::SeeMeeting(meeting),
            "ManageMeeting" => Action::ManageMeeting {
                meeting,
                is_own: who == Who::Owner,
            },
            "Vouch" => Action::Vouch {
                used: u32::from(who == Who::Owner),
                slots: VOUCHER_SLOTS,
            },
            "HostMeeting" => Action::HostMeeting(Hosting {
                mode: Mode::E2ee,
                people,
                minutes: 0,
                open_meetings: u32::from(who == Who::Owner),
                plans: ServerConfig::default().plans,
            }),
            "AddBinding" => Action::AddBinding {
                kind: match route.path.split('/').nth(4) {
                    Some("email") => BindingKind::Email,
                    Some("phone") => BindingKind::Phone,
                    Some("voucher") => BindingKind::Voucher,
                    Some("oidc") => BindingKind::Oidc,
                    other => panic!("no kind: {other:?}"),
                },
                is_denied: false,
            },
            other => panic!("the test does not know how to ask for {other}"),
        }
    }
}

/// Whether it was the policy that refused: with a code, or on the way back to a page.
fn is_denied(response: &Response) -> bool {
    const CODES: [&str; 2] = ["not_allowed", "account_suspended"];
    if let Some(place) = response.header("location") {
        return CODES
            .iter()
            .any(|code| place.ends_with(&format!("problem={code}")));
    }
    let problem = serde_json::from_slice::<Value>(&response.body).unwrap_or_default();
    let is_code = problem["code"].as_str().is_some_and(|code| CODES.contains(&code));
    response.status == 403 && is_code && problem["denial"]["reason"].is_string()
}
