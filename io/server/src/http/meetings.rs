// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/meetings`: made, shown to whoever has the link, changed and ended by whose they are. The link secret never comes
//! here.

use std::time::Instant;

use account::{Standing, UnixTime};
use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use policy::{Action, Hosting, MeetingFacts};
use protocol::{
    ErrorCode, MeetingId, Redacted,
    http::{CreateMeeting, MeetingChange, MeetingInfo, OwnMeeting},
};
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use store::{MeetingDetails, SignedIn, StoreError, StoredMeeting};

use super::{body::Body, url::Path};
use crate::{asker::Asker, problem::ApiError, shared::Shared};

/// Makes a meeting. It exists before anybody is in it and after everybody has left.
pub(crate) async fn create(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<CreateMeeting>,
) -> Result<(StatusCode, Json<MeetingInfo>), ApiError> {
    let host_key = parse_key(
        request.host_key.as_deref(),
        "host_key is not 32 bytes in base64url",
    )?;
    let admission_key = parse_key(
        request.admission_key.as_deref(),
        "admission_key is not 32 bytes in base64url",
    )?;
    let title = parse_title(request.title)?;
    check_numbers(request.minutes, request.people)?;
    if let Err(wait) = shared.creations.accept(Instant::now(), asker.address) {
        return Err(ApiError::too_often(wait));
    }
    let mut id = [0; 16];
    StdRng::from_os_rng().fill_bytes(&mut id);
    let mut meeting = StoredMeeting {
        id: MeetingId::new(id),
        mode: request.mode,
        host_key,
        admission_key,
        created_at: asker.now,
        ended_at: None,
        owner: asker.signed_in().map(|signed_in| signed_in.account.id),
        details: MeetingDetails {
            title,
            starts_at: request.starts_at.map(UnixTime),
            minutes: request.minutes,
            has_lobby: request.has_lobby,
            people: request.people,
        },
    };
    for _ in 0..ATTEMPTS {
        let open_meetings = match meeting.owner {
            Some(owner) => shared.store.open_meetings(owner).await?,
            None => 0,
        };
        let hosting = hosting(&shared, &asker, &meeting, open_meetings);
        asker.ask(&shared, &Action::HostMeeting(hosting))?;
        meeting.details.people = Some(hosting.people);
        let created = match meeting.owner {
            Some(owner) => {
                shared
                    .store
                    .create_owned_meeting(&meeting, owner, open_meetings)
                    .await
            }
            None => shared.store.create_meeting(&meeting).await,
        };
        match created {
            Ok(()) => {
                shared.metrics.meetings_created.add_one();
                return Ok((StatusCode::CREATED, Json(info(&meeting))));
            }
            // The decision was made on a number that is not the number any more.
            Err(StoreError::OpenMeetingsChanged) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::conflict(
        "too many meetings are made at once: try again",
    ))
}

/// Says of which mode a meeting is, and whether it has ended.
pub(crate) async fn show(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Json<MeetingInfo>, ApiError> {
    let meeting = find(&shared, &id).await?;
    let facts = facts(&shared, &meeting, asker.now).await?;
    asker.ask(&shared, &Action::SeeMeeting(facts))?;
    let mut shown = info(&meeting);
    // What the hosts said since counts, for as long as somebody is there who could let anybody in.
    shown.has_lobby = shared.live.has_lobby(meeting.id).unwrap_or(shown.has_lobby);
    Ok(Json(shown))
}

/// Lists the account's meetings.
pub(crate) async fn list(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<Vec<OwnMeeting>>, ApiError> {
    let account = &asker.ask_account(&shared, &Action::UseAccount)?.account;
    let meetings = shared.store.meetings_of(account.id, LISTED).await?.into_iter();
    let shown = meetings.map(|meeting| own(&shared, &asker, meeting));
    Ok(Json(shown.collect()))
}

/// Changes what is said about one's meeting.
pub(crate) async fn change(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    Body(change): Body<MeetingChange>,
) -> Result<Json<OwnMeeting>, ApiError> {
    let (mut meeting, SignedIn { account, .. }) = manage(&shared, &asker, &id).await?;
    check_numbers(change.minutes.flatten(), None)?;
    let details = &mut meeting.details;
    if let Some(title) = change.title {
        details.title = parse_title(Some(title))?;
    }
    if let Some(starts_at) = change.starts_at {
        details.starts_at = starts_at.map(UnixTime);
    }
    if let Some(has_lobby) = change.has_lobby.filter(|wish| *wish != details.has_lobby) {
        // The people in it go by what its hosts have signed, which nobody says in their place.
        if shared.live.is_live(meeting.id) {
            return Err(ApiError::conflict(
                "the meeting is open: its hosts switch the lobby there",
            ));
        }
        details.has_lobby = has_lobby;
    }
    if let Some(minutes) = change.minutes {
        details.minutes = minutes;
    }
    if change.minutes.flatten().is_some() {
        // A longer meeting is asked for as a new one is.
        let others = shared.store.open_meetings(account.id).await?;
        let others = others.saturating_sub(u32::from(meeting.ended_at.is_none()));
        let hosting = hosting(&shared, &asker, &meeting, others);
        asker.ask(&shared, &Action::HostMeeting(hosting))?;
    }
    shared
        .store
        .change_meeting(account.id, meeting.id, &meeting.details)
        .await?;
    Ok(Json(own(&shared, &asker, meeting)))
}

/// Ends one's meeting for everyone.
pub(crate) async fn end(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Json<OwnMeeting>, ApiError> {
    let (mut meeting, _) = manage(&shared, &asker, &id).await?;
    shared.store.end_meeting(meeting.id, asker.now).await?;
    shared.live.close(meeting.id, ErrorCode::MeetingEnded).await;
    meeting.ended_at = meeting.ended_at.or(Some(asker.now));
    Ok(Json(own(&shared, &asker, meeting)))
}

/// Ends and forgets it.
pub(crate) async fn delete(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let (meeting, SignedIn { account, .. }) = manage(&shared, &asker, &id).await?;
    shared.store.delete_meeting(account.id, meeting.id).await?;
    shared.live.close(meeting.id, ErrorCode::MeetingEnded).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns a meeting that the asker may manage. To everybody else it is one that does not exist.
async fn manage<'a>(
    shared: &Shared,
    asker: &'a Asker,
    id: &str,
) -> Result<(StoredMeeting, &'a SignedIn), ApiError> {
    let meeting = find(shared, id).await?;
    let owner = asker.signed_in().map(|signed_in| signed_in.account.id);
    let is_own = owner.is_some() && meeting.owner == owner;
    let action = Action::ManageMeeting {
        meeting: facts(shared, &meeting, asker.now).await?,
        is_own,
    };
    let asked = asker.ask_account(shared, &action);
    match asked {
        Ok(signed_in) => Ok((meeting, signed_in)),
        Err(ApiError::Denied { .. }) if !is_own => Err(ApiError::unknown_meeting()),
        Err(error) => Err(error),
    }
}

async fn find(shared: &Shared, id: &str) -> Result<StoredMeeting, ApiError> {
    let id = id.parse().map_err(|_| ApiError::unknown_meeting())?;
    let meeting = shared.store.meeting(id).await?;
    meeting.ok_or(ApiError::unknown_meeting())
}

/// Describes a meeting to the policy.
pub(crate) async fn facts(
    shared: &Shared,
    meeting: &StoredMeeting,
    now: UnixTime,
) -> Result<MeetingFacts, StoreError> {
    let owner_standing = match meeting.owner {
        Some(owner) => {
            let owner = shared.store.account(owner).await?;
            // An owner that is gone had nothing left that could be good.
            Some(owner.map_or(Standing::Terminated, |owner| owner.standing(now)))
        }
        None => None,
    };
    let people = meeting.details.people.unwrap_or(shared.config.plans.free.people);
    let mut facts = MeetingFacts::new(meeting.mode, owner_standing, people);
    facts.has_lobby = meeting.details.has_lobby;
    Ok(facts)
}

/// Refuses what is no length and no size of a meeting; whether it is too much is the policy's to say.
fn check_numbers(minutes: Option<u32>, people: Option<u32>) -> Result<(), ApiError> {
    if minutes == Some(0) || people == Some(0) {
        return Err(ApiError::malformed("minutes and people are at least one"));
    }
    Ok(())
}

/// What making such a meeting asks for. What the request leaves open is what the plan holds.
fn hosting(shared: &Shared, asker: &Asker, meeting: &StoredMeeting, open_meetings: u32) -> Hosting {
    let plans = shared.config.plans;
    let limits = plans.limits(asker.actor().plan());
    Hosting {
        mode: meeting.mode,
        people: meeting.details.people.unwrap_or(limits.people),
        minutes: meeting.details.minutes.unwrap_or(limits.minutes),
        open_meetings,
        plans,
    }
}

fn parse_key(text: Option<&str>, problem: &'static str) -> Result<Option<[u8; 32]>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let key = URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    key.map(Some).ok_or_else(|| ApiError::malformed(problem))
}

fn parse_title(title: Option<Redacted<String>>) -> Result<Option<Redacted<String>>, ApiError> {
    let Some(Redacted(title)) = title else {
        return Ok(None);
    };
    let title = title.trim();
    if title.len() > TITLE_BYTES || title.chars().any(char::is_control) {
        return Err(ApiError::malformed("the title is too long, or not for the eye"));
    }
    Ok((!title.is_empty()).then(|| Redacted(String::from(title))))
}

fn info(meeting: &StoredMeeting) -> MeetingInfo {
    MeetingInfo {
        id: meeting.id,
        mode: meeting.mode,
        is_ended: meeting.ended_at.is_some(),
        has_lobby: meeting.details.has_lobby,
    }
}

fn own(shared: &Shared, asker: &Asker, meeting: StoredMeeting) -> OwnMeeting {
    let most = shared.config.plans.limits(asker.actor().plan()).people;
    let details = meeting.details;
    OwnMeeting {
        id: meeting.id,
        mode: meeting.mode,
        title: details.title,
        starts_at: details.starts_at.map(|at| at.0),
        minutes: details.minutes,
        // A plan that has ended since holds for what was made before, too.
        people: details.people.map_or(most, |people| people.min(most)),
        has_lobby: details.has_lobby,
        created_at: meeting.created_at.0,
        is_ended: meeting.ended_at.is_some(),
        is_live: shared.live.is_live(meeting.id),
    }
}

// What a person looks through.
const LISTED: u32 = 500;

// As a line in a calendar shows it.
const TITLE_BYTES: usize = 256;

// Each failure means that the same account made or ended a meeting in the same moment.
const ATTEMPTS: usize = 5;
