// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where the server is, and the one HTTP request that a bot makes. Plain HTTP only: bots run beside the server that
//! they try.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context as _, bail, ensure};
use protocol::http::{CreateMeeting, MeetingInfo, Problem};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, UdpSocket, lookup_host},
};

/// A server's host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerAddress {
    authority: String,
}

impl ServerAddress {
    /// Takes scheme, host and port from a URL, such as a meeting link.
    ///
    /// # Errors
    /// When it is no `http://` URL.
    pub(crate) fn parse(url: &str) -> anyhow::Result<Self> {
        let Some(rest) = url.trim().strip_prefix("http://") else {
            bail!("not an http:// address");
        };
        let authority = rest.split(['/', '#', '?']).next().unwrap_or_default();
        ensure!(
            !authority.is_empty() && !authority.contains('@'),
            "no host in the address"
        );
        let has_port = authority
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let authority = if has_port {
            authority.to_owned()
        } else {
            format!("{authority}:80")
        };
        Ok(Self { authority })
    }

    /// Returns the address of the WebSocket.
    pub(crate) fn websocket_url(&self) -> String {
        format!("ws://{}/ws", self.authority)
    }

    /// Returns the URL with `path` behind it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority)
    }

    /// Opens a UDP socket on the interface that leads to the server.
    ///
    /// # Errors
    /// When the server's name has no address, or no socket can be had.
    pub(crate) async fn bind_udp(&self) -> anyhow::Result<(UdpSocket, SocketAddr)> {
        let addresses: Vec<SocketAddr> = lookup_host(&self.authority).await?.collect();
        // The media server listens on IPv4 where there is a choice; `localhost` often means ::1 first.
        let server = addresses
            .iter()
            .find(|address| address.is_ipv4())
            .or_else(|| addresses.first())
            .context("the server's name has no address")?;
        let any: IpAddr = if server.is_ipv4() {
            [0, 0, 0, 0].into()
        } else {
            [0_u16; 8].into()
        };
        let probe = UdpSocket::bind((any, 0)).await?;
        probe.connect(server).await?;
        let socket = UdpSocket::bind((probe.local_addr()?.ip(), 0)).await?;
        let local = socket.local_addr()?;
        Ok((socket, local))
    }

    /// Makes a meeting (`POST /api/meetings`).
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub(crate) async fn create_meeting(&self, request: &CreateMeeting) -> anyhow::Result<MeetingInfo> {
        let body = serde_json::to_vec(request)?;
        let mut stream = TcpStream::connect(&self.authority)
            .await
            .context("server not reached")?;
        let head = format!(
            "POST /api/meetings HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            self.authority,
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&body).await?;
        let mut response = Vec::new();
        stream.take(RESPONSE_BYTES).read_to_end(&mut response).await?;
        let (status, body) = split_response(&response)?;
        if (200..300).contains(&status) {
            return serde_json::from_slice(body).context("the answer is no meeting");
        }
        match serde_json::from_slice::<Problem>(body) {
            Ok(problem) => bail!("the server refused: {}", problem.code.as_str()),
            Err(_) => bail!("the server answered with status {status}"),
        }
    }
}

fn split_response(response: &[u8]) -> anyhow::Result<(u16, &[u8])> {
    let end = response
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .context("the answer is no HTTP")?;
    let head = std::str::from_utf8(&response[..end]).context("the answer is no HTTP")?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .context("the answer is no HTTP")?;
    ensure!(
        !head.to_ascii_lowercase().contains("transfer-encoding: chunked"),
        "the answer comes in chunks"
    );
    Ok((status, &response[end + 4..]))
}

// A meeting's description takes 200 bytes.
const RESPONSE_BYTES: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_found_in_links() {
        check(
            "http://localhost:8080/m/AAAAAAAAAAAAAAAAAAAAAA#e.x",
            Some("localhost:8080"),
        );
        check("http://127.0.0.1", Some("127.0.0.1:80"));
        check("http://[::1]:9000/", Some("[::1]:9000"));
        check("https://example.org/", None);
        check("localhost:8080", None);
        check("http:///m/x", None);
    }

    #[test]
    fn answers_are_taken_apart() {
        let response = b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(split_response(response).expect("HTTP"), (404, b"{}".as_slice()));
        assert!(split_response(b"SSH-2.0").is_err());
        assert!(split_response(b"").is_err());
    }

    #[track_caller]
    fn check(url: &str, expected: Option<&str>) {
        let found = ServerAddress::parse(url).ok().map(|address| address.authority);
        assert_eq!(found.as_deref(), expected);
    }
}
