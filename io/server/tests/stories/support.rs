// SPDX-License-Identifier: MIT OR Apache-2.0
//! A server with its store and media, an HTTP client that can misbehave, and a WebSocket client.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use futures_util::{SinkExt as _, StreamExt as _};
use incamera_server::{PolicySource, Server, ServerConfig};
use media::{MediaConfig, MediaHandle, MediaServer};
use protocol::{
    ClientMessage, ErrorCode, MeetingId, Mode, PROTOCOL_VERSION, ParticipantId, ResumeToken, ServerMessage,
    decode, encode,
    http::{MeetingInfo, Problem},
    message::StandardKey,
};
use store::Store;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use crate::people::Person;

/// A server on an ephemeral loopback port.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    config: ServerConfig,
    server: Server,
    media: MediaHandle,
    directory: TempDir,
}

impl World {
    /// Where anybody may do anything: for stories that are not about who may.
    pub(crate) async fn new() -> Self {
        Self::with(open_to_all()).await
    }

    pub(crate) async fn with(config: ServerConfig) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        Self::start(config, directory).await
    }

    /// Stops the server and starts another on the same data.
    pub(crate) async fn restart(self) -> Self {
        self.server.stop().await;
        self.media.shutdown();
        self.store.close().await;
        Self::start(self.config, self.directory).await
    }

    async fn start(config: ServerConfig, directory: TempDir) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let store = open(directory.path()).await;
        let media = MediaServer::start(MediaConfig {
            udp: any,
            tcp: any,
            workers: 1,
            candidates: Vec::new(),
        })
        .expect("free ports");
        let config = ServerConfig {
            listen: any,
            ..config
        };
        let server = Server::start(config.clone(), store.clone(), media.clone())
            .await
            .expect("a free port");
        Self {
            address: server.address(),
            store,
            config,
            server,
            media,
            directory,
        }
    }

    /// Returns the token of the link that the start printed, if it printed one.
    pub(crate) fn operator_token(&self) -> Option<&str> {
        let (_, token) = self.server.operator_link()?.split_once('#')?;
        Some(token)
    }

    /// Stops the media workers under the running server, and returns once they have stopped.
    pub(crate) async fn stop_media(&self) {
        self.media.shutdown();
        while self.media.is_alive() {
            tokio::task::yield_now().await;
        }
    }

    /// Breaks the database under the running server.
    pub(crate) async fn close_store(&self) {
        self.store.close().await;
    }

    pub(crate) async fn create_meeting(&self, mode: &str) -> MeetingId {
        let response = self
            .post("/api/meetings", &format!("{{\"mode\":\"{mode}\"}}"))
            .await;
        assert_eq!(response.status, 201, "{}", response.body());
        let info: MeetingInfo = serde_json::from_slice(&response.body).expect("a meeting");
        info.id
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(&format!("GET {path} HTTP/1.1"), &[], b"").await
    }

    pub(crate) async fn post(&self, path: &str, json: &str) -> Response {
        let headers = [("content-type", "application/json")];
        self.request(&format!("POST {path} HTTP/1.1"), &headers, json.as_bytes())
            .await
    }

    /// Sends one request and reads the whole response.
    pub(crate) async fn request(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let mut stream = TcpStream::connect(self.address)
            .await
            .expect("the server listens");
        let mut request = format!(
            "{line}\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        if !headers.iter().any(|(name, _)| *name == "host") {
            request += &format!("host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        let mut bytes = (request + "\r\n").into_bytes();
        bytes.extend_from_slice(body);
        // A server that refuses a body need not read it.
        let _ = stream.write_all(&bytes).await;
        let mut response = Vec::new();
        let _ = stream.read_to_end(&mut response).await;
        Response::parse(&response)
    }

    pub(crate) async fn connect(&self) -> Client {
        self.connect_as(None).await
    }

    /// Opens a WebSocket in somebody's session.
    pub(crate) async fn connect_as(&self, person: Option<&Person>) -> Client {
        let mut request = format!("ws://{}/ws", self.address)
            .into_client_request()
            .expect("an address");
        if let Some(person) = person {
            let cookie = person.cookie().parse().expect("cookies are plain text");
            request.headers_mut().insert("cookie", cookie);
        }
        let (socket, _) = connect_async(request)
            .await
            .expect("the server accepts WebSockets");
        let mut client = Client { socket };
        let challenge = client.next().await;
        assert!(
            matches!(challenge, Some(ServerMessage::Challenge { .. })),
            "{challenge:?}"
        );
        client
    }

    /// Connects and joins a standard meeting.
    pub(crate) async fn join(&self, meeting: MeetingId, resume: Option<ResumeToken>) -> (Client, Welcomed) {
        let mut client = self.connect().await;
        client.say(&hello(meeting, resume)).await;
        match client.next().await {
            Some(ServerMessage::Welcome {
                participant,
                resume,
                standard_key: Some(key),
                ..
            }) => {
                let id = participant;
                (client, Welcomed { id, resume, key })
            }
            other => panic!("not a welcome: {other:?}"),
        }
    }
}

/// What a Welcome gave.
pub(crate) struct Welcomed {
    pub(crate) id: ParticipantId,
    pub(crate) resume: ResumeToken,
    pub(crate) key: StandardKey,
}

pub(crate) fn hello(meeting: MeetingId, resume: Option<ResumeToken>) -> ClientMessage {
    ClientMessage::Hello {
        version: PROTOCOL_VERSION,
        meeting,
        mode: Mode::Standard,
        resume,
        epoch: None,
        host_proof: None,
        admission: Vec::new(),
        name: None,
        leaf_key: Vec::new(),
        heard: None,
        stay: None,
    }
}

/// A WebSocket.
pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub(crate) async fn say(&mut self, message: &ClientMessage) {
        self.send(Message::binary(encode(message))).await;
    }

    /// Says something to a server that may have closed already.
    pub(crate) async fn say_if_open(&mut self, message: &ClientMessage) {
        let _ = self.socket.send(Message::binary(encode(message))).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.socket.send(message).await.expect("the connection is open");
    }

    /// Returns the next message, or `None` when the server closed.
    pub(crate) async fn next(&mut self) -> Option<ServerMessage> {
        loop {
            match timeout(PATIENCE, self.socket.next())
                .await
                .expect("an answer in time")
            {
                Some(Ok(Message::Binary(bytes))) => return Some(decode(&bytes).expect("a server's message")),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(other)) => panic!("unexpected {other:?}"),
            }
        }
    }

    /// Returns the code of the close frame that ends the connection, whatever comes before.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        // The server's pings come for ever: the end has to come in time, not the next message.
        let end = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return None,
                }
            }
        };
        timeout(PATIENCE, end).await.expect("an end in time")
    }

    /// Checks that the server refuses with `code` and closes.
    #[track_caller]
    pub(crate) fn check_refused(&mut self, code: ErrorCode) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            assert_eq!(
                self.next().await,
                Some(ServerMessage::Refused { code }),
                "{caller}"
            );
            assert_eq!(self.next().await, None, "{caller}");
        }
    }

    /// Checks that the connection is served.
    pub(crate) async fn check_alive(&mut self) {
        self.say(&ClientMessage::Ping).await;
        loop {
            match self.next().await {
                Some(ServerMessage::Pong) => return,
                Some(ServerMessage::RosterChanged { .. } | ServerMessage::RosterLeft { .. }) => {}
                other => panic!("not alive: {other:?}"),
            }
        }
    }
}

/// An HTTP response.
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("a whole head");
        let head = String::from_utf8(bytes[..end].to_vec()).expect("heads are text");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.and_then(|status| status.parse().ok()).expect("a status"),
            headers: headers
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Checks status and code of a refusal.
    #[track_caller]
    pub(crate) fn check_problem(&self, status: u16, code: ErrorCode) {
        assert_eq!(self.status, status, "{}", self.body());
        assert_eq!(self.header("content-type"), Some("application/json"));
        let problem: Problem = serde_json::from_slice(&self.body).expect("a problem");
        assert_eq!(problem.code, code);
    }
}

/// A configuration in which anybody may do anything.
pub(crate) fn open_to_all() -> ServerConfig {
    ServerConfig {
        policy: PolicySource::Preset(policy::Preset::Open),
        ..ServerConfig::default()
    }
}

async fn open(directory: &Path) -> Store {
    Store::open(directory).await.expect("a writable directory")
}

// Far longer than anything here takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);
