use std::{collections::HashMap, net::SocketAddr, sync::{Arc, Mutex}};
use protocol::*; use protocol::message::*;
use sfu::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let udp: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let media = incamera_media::MediaServer::start(incamera_media::MediaConfig { udp, tcp: udp, workers: 1, candidates: vec![] }).unwrap();
    let meeting = MeetingId::new([1; 16]);
    let mut events = media.attach(meeting);
    let answers: Arc<Mutex<HashMap<u32, String>>> = Default::default();
    let a2 = answers.clone();
    tokio::spawn(async move { while let Some(e) = events.recv().await { println!("{e:?}"); if let SfuEvent::Answer { peer, sdp, .. } = e { a2.lock().unwrap().insert(peer.participant.0, sdp.0); } } });
    let l = tokio::net::TcpListener::bind("127.0.0.1:18924").await.unwrap();
    let mut n = 0;
    loop {
        let (mut s, _) = l.accept().await.unwrap();
        let mut buf = vec![]; let mut tmp = [0; 4096];
        let (head, body) = loop {
            let k = s.read(&mut tmp).await.unwrap(); if k == 0 { break (String::new(), String::new()); }
            buf.extend_from_slice(&tmp[..k]);
            let text = String::from_utf8_lossy(&buf).to_string();
            if let Some((h, b)) = text.split_once("\r\n\r\n") {
                let len: usize = h.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ").map(|v| v.trim().parse().unwrap())).unwrap_or(0);
                if b.len() >= len { break (h.to_string(), b.to_string()); }
            }
        };
        let reply = if head.starts_with("POST /offer") {
            n += 1; let id = n;
            let peer = PeerKey { meeting, participant: ParticipantId(id) };
            let publish = ["0", "1"].iter().zip([TrackKind::Microphone, TrackKind::Camera]).map(|(m, kind)| PublishedMid { mid: m.to_string(), kind }).collect();
            media.send(SfuCommand::SetTracks { peer, active: vec![TrackKind::Microphone, TrackKind::Camera] });
            media.send(SfuCommand::Subscribe { peer, videos: (1..6).map(|p| VideoRequest { source: TrackSource { participant: ParticipantId(p), kind: TrackKind::Camera }, height: 720 }).collect() });
            let tcp_only = head.contains("tcp");
            media.send(SfuCommand::Offer { peer, transport: 1, sdp: Redacted(body), publish });
            loop { if let Some(x) = answers.lock().unwrap().get(&id) { break if tcp_only { x.lines().filter(|l| !l.to_lowercase().contains(" udp ") || !l.starts_with("a=cand")).map(|l| format!("{l}\r\n")).collect() } else { x.clone() }; } tokio::task::yield_now().await; }
        } else if head.starts_with("POST /log") { println!("LOG {body}"); println!("{:?}", media.stats()); String::new() }
        else { std::fs::read_to_string("/tmp/h3sdp/call.html").unwrap() };
        let _ = s.write_all(format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{reply}", reply.len()).as_bytes()).await;
    }
}
