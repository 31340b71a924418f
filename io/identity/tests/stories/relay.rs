// SPDX-License-Identifier: MIT OR Apache-2.0
//! An SMTP relay that behaves as it is told, connection by connection.

use std::{path::PathBuf, sync::Arc};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::mpsc,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// What the relay does with a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Behaviour {
    /// Takes the letter.
    Take,
    /// Answers `MAIL FROM` with this line.
    SayToMail(&'static str),
    /// Answers the password with this line.
    SayToAuth(&'static str),
    /// Accepts the connection and never says a word.
    Stall,
    /// Takes the letter and never says so.
    StallAfterData,
    /// Closes the connection at once.
    Close,
    /// Offers STARTTLS, with the relay's certificate, and takes the letter.
    StartTls,
    /// Says something that is not SMTP.
    Babble,
}

pub(crate) struct Relay {
    pub(crate) port: u16,
    /// Everything that clients said, a line each.
    pub(crate) heard: mpsc::UnboundedReceiver<String>,
    /// The relay's certificate.
    pub(crate) certificate: PathBuf,
    _directory: tempfile::TempDir,
    task: JoinHandle<()>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Relay {
    /// Starts a relay that behaves so towards its first connections and, when the list is over, as in the last entry.
    pub(crate) async fn start(behaviours: &'static [Behaviour]) -> Self {
        let certified =
            rcgen::generate_simple_self_signed([String::from("localhost")]).expect("a name is enough");
        let directory = tempfile::tempdir().expect("a temporary directory");
        let certificate = directory.path().join("relay.pem");
        std::fs::write(&certificate, certified.cert.pem()).expect("a writable directory");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
        let tls = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .expect("a certificate and its key");
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let (say, heard) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            let mut number = 0;
            while let Ok((stream, _)) = listener.accept().await {
                let behaviour = behaviours[number.min(behaviours.len() - 1)];
                number += 1;
                let (say, acceptor) = (say.clone(), acceptor.clone());
                tokio::spawn(async move {
                    match behaviour {
                        Behaviour::Close => drop(stream),
                        Behaviour::StartTls => {
                            let mut plain = BufReader::new(stream);
                            if (Dialogue { behaviour, say: &say })
                                .until_starttls(&mut plain)
                                .await
                                .is_some()
                                && let Ok(stream) = acceptor.accept(plain.into_inner()).await
                            {
                                let mut encrypted = BufReader::new(stream);
                                let say = Dialogue {
                                    behaviour: Behaviour::Take,
                                    say: &say,
                                };
                                say.talk(&mut encrypted).await;
                            }
                        }
                        Behaviour::Take
                        | Behaviour::SayToMail(_)
                        | Behaviour::SayToAuth(_)
                        | Behaviour::Stall
                        | Behaviour::StallAfterData
                        | Behaviour::Babble => {
                            let mut stream = BufReader::new(stream);
                            let dialogue = Dialogue { behaviour, say: &say };
                            if dialogue.greet(&mut stream).await.is_some() {
                                dialogue.talk(&mut stream).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            port,
            heard,
            certificate,
            _directory: directory,
            task,
        }
    }

    /// Returns everything that was said until a line begins like this.
    pub(crate) async fn heard_until(&mut self, beginning: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.heard.recv().await.expect("the relay runs");
            let is_last = line.starts_with(beginning);
            lines.push(line);
            if is_last {
                return lines;
            }
        }
    }

    /// Returns what was said and not yet asked for.
    pub(crate) fn heard_so_far(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.heard.try_recv().ok()).collect()
    }
}

struct Dialogue<'a> {
    behaviour: Behaviour,
    say: &'a mpsc::UnboundedSender<String>,
}

impl Dialogue<'_> {
    async fn greet<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut BufReader<S>) -> Option<()> {
        match self.behaviour {
            Behaviour::Stall => std::future::pending().await,
            Behaviour::Babble => answer(stream, "HTTP/1.1 400 Bad Request").await,
            Behaviour::Take
            | Behaviour::SayToMail(_)
            | Behaviour::SayToAuth(_)
            | Behaviour::StallAfterData
            | Behaviour::Close
            | Behaviour::StartTls => answer(stream, "220 relay").await,
        }
    }

    async fn until_starttls<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut BufReader<S>,
    ) -> Option<()> {
        self.greet(stream).await?;
        self.hear(stream).await?;
        answer(stream, "250-relay\r\n250 STARTTLS").await?;
        let line = self.hear(stream).await?;
        if line != "STARTTLS" {
            return None;
        }
        answer(stream, "220 go ahead").await
    }

    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut BufReader<S>) -> Option<()> {
        let mut is_in_data = false;
        loop {
            let line = self.hear(stream).await?;
            if is_in_data {
                if line == "." {
                    is_in_data = false;
                    if matches!(self.behaviour, Behaviour::StallAfterData) {
                        std::future::pending::<()>().await;
                    }
                    answer(stream, "250 taken").await?;
                }
                continue;
            }
            let verb = line.split([' ', ':']).next().unwrap_or_default();
            match (verb, self.behaviour) {
                ("EHLO", _) => answer(stream, "250-relay\r\n250 AUTH PLAIN").await?,
                ("AUTH", Behaviour::SayToAuth(line)) | ("MAIL", Behaviour::SayToMail(line)) => {
                    answer(stream, line).await?
                }
                ("AUTH", _) => answer(stream, "235 welcome").await?,
                ("DATA", _) => {
                    is_in_data = true;
                    answer(stream, "354 go ahead").await?;
                }
                ("QUIT", _) => {
                    answer(stream, "221 bye").await?;
                    return None;
                }
                _ => answer(stream, "250 fine").await?,
            }
        }
    }

    async fn hear<S: AsyncRead + Unpin>(&self, stream: &mut BufReader<S>) -> Option<String> {
        let mut line = String::new();
        stream
            .read_line(&mut line)
            .await
            .ok()
            .filter(|length| *length > 0)?;
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        self.say.send(line.clone()).ok()?;
        Some(line)
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, line: &str) -> Option<()> {
    stream
        .get_mut()
        .write_all(format!("{line}\r\n").as_bytes())
        .await
        .ok()?;
    stream.get_mut().flush().await.ok()
}
