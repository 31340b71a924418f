// SPDX-License-Identifier: MIT OR Apache-2.0
//! Accepting connections, and no longer waiting for those that dawdle over their request's head.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, extract::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tower_service::Service as _;

/// Both ends of the TCP connection that a request came on; in the extensions of every request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
}

/// Serves `app` until the server stops.
pub(crate) async fn serve(listener: TcpListener, app: Router, stopping: watch::Receiver<bool>) {
    let mut until_stopping = pin!(is_stopping(stopping.clone()));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut until_stopping => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                tokio::spawn(converse(stream, peer, app.clone(), stopping.clone()));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, peer: SocketAddr, app: Router, stopping: watch::Receiver<bool>) {
    let Ok(local) = stream.local_addr() else { return };
    // Signalling is small messages that somebody waits for. A socket that cannot be told so works all the same.
    let _ = stream.set_nodelay(true);
    let ends = Ends { peer, local };
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ends);
        let mut app = app.clone();
        async move { Ok::<Response, Infallible>(app.call(request).await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    // An error is the client's: it is gone, too slow, or speaks no HTTP.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = is_stopping(stopping) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Returns when the server stops.
pub(crate) async fn is_stopping(mut stopping: watch::Receiver<bool>) {
    // An error means that the server's handle was dropped without stopping it: serve on.
    if stopping.wait_for(|is_stopping| *is_stopping).await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    [ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind())
}

// Heads are one packet or two. A browser also holds idle connections: it opens new ones without anybody noticing.
const HEAD_WITHIN: Duration = Duration::from_secs(20);

// Out of file descriptors, most likely: trying again at once would only burn a core.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        time::Instant,
    };

    use super::*;

    // Time stands still while something happens, and leaps when nothing does.
    #[tokio::test(start_paused = true)]
    async fn a_head_that_does_not_come_is_not_waited_for() {
        let began_at = Instant::now();
        let (_stop, mut client) = connect().await;
        client
            .write_all(b"GET / HTTP/1.1\r\nhost:")
            .await
            .expect("the server listens");
        assert!(!read(&mut client).await.contains("200 OK"));
        assert!(began_at.elapsed() >= HEAD_WITHIN);
    }

    #[tokio::test]
    async fn a_whole_head_is_answered() {
        let (_stop, mut client) = connect().await;
        let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        client.write_all(request).await.expect("the server listens");
        assert!(read(&mut client).await.starts_with("HTTP/1.1 200 OK"));
    }

    async fn connect() -> (watch::Sender<bool>, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let (stop, stopping) = watch::channel(false);
        let app = Router::new().route("/", get(|| async { "here" }));
        tokio::spawn(serve(listener, app, stopping));
        (
            stop,
            TcpStream::connect(address).await.expect("the server listens"),
        )
    }

    async fn read(client: &mut TcpStream) -> String {
        let mut answer = Vec::new();
        // A connection that is reset has nothing more to say either.
        let _ = client.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}
