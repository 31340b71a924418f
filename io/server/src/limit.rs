// SPDX-License-Identifier: MIT OR Apache-2.0
//! What one address may take from the others.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Lets each address do something so many times per minute, and as many times at once.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    interval: Duration,
    tolerance: Duration,
    full_at_by_address: Mutex<HashMap<IpAddr, Instant>>,
}

impl RateLimiter {
    pub(crate) fn per_minute(times: u32) -> Self {
        let interval = Duration::from_secs(60) / times.max(1);
        Self {
            interval,
            tolerance: interval * times.max(1).saturating_sub(1),
            full_at_by_address: Mutex::default(),
        }
    }

    /// Counts one time for `address`.
    ///
    /// # Errors
    /// How long to wait, if the allowance is used up.
    pub(crate) fn accept(&self, now: Instant, address: IpAddr) -> Result<(), Duration> {
        let mut full_at_by_address = lock(&self.full_at_by_address);
        if full_at_by_address.len() >= ADDRESSES {
            full_at_by_address.retain(|_, full_at| *full_at > now);
        }
        let full_at = full_at_by_address.entry(network(address)).or_insert(now);
        *full_at = (*full_at).max(now);
        let used = full_at.duration_since(now);
        if used > self.tolerance {
            return Err(used.saturating_sub(self.tolerance));
        }
        *full_at += self.interval;
        Ok(())
    }
}

/// Counts what each address has open.
#[derive(Debug, Clone)]
pub(crate) struct OpenLimiter {
    limit: u32,
    open_by_address: Arc<Mutex<HashMap<IpAddr, u32>>>,
}

impl OpenLimiter {
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            limit,
            open_by_address: Arc::default(),
        }
    }

    /// Opens one more for `address`, until the guard is dropped; `None` if it has as many as it may.
    pub(crate) fn open(&self, address: IpAddr) -> Option<OpenGuard> {
        let address = network(address);
        let mut open_by_address = lock(&self.open_by_address);
        let open = open_by_address.entry(address).or_default();
        if *open >= self.limit {
            return None;
        }
        *open += 1;
        let limiter = self.clone();
        Some(OpenGuard { limiter, address })
    }
}

/// One thing that an address has open.
#[derive(Debug)]
pub(crate) struct OpenGuard {
    limiter: OpenLimiter,
    address: IpAddr,
}

impl Drop for OpenGuard {
    fn drop(&mut self) {
        let mut open_by_address = lock(&self.limiter.open_by_address);
        if let Some(open) = open_by_address.get_mut(&self.address) {
            *open -= 1;
            if *open == 0 {
                open_by_address.remove(&self.address);
            }
        }
    }
}

/// Lets so many of a kind be worked on at once, and so many wait for it; the others are turned away.
#[derive(Debug)]
pub(crate) struct Gate {
    working: Semaphore,
    admitted: Semaphore,
}

impl Gate {
    pub(crate) fn new(working: usize, waiting: usize) -> Self {
        Self {
            working: Semaphore::new(working),
            admitted: Semaphore::new(working + waiting),
        }
    }

    /// Waits for a turn, which lasts until it is dropped; `None` if too many wait already.
    pub(crate) async fn enter(&self) -> Option<Turn<'_>> {
        let admitted = self.admitted.try_acquire().ok()?;
        let working = self.working.acquire().await.ok()?;
        Some(Turn {
            _working: working,
            _admitted: admitted,
        })
    }
}

/// A turn at a [`Gate`].
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    _working: SemaphorePermit<'a>,
    _admitted: SemaphorePermit<'a>,
}

/// A subscriber has a whole IPv6 /64: its addresses count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// A panic while counting leaves counts, which are still counts.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// Beyond this many addresses, those with a full allowance are forgotten: 10 000 take less than 1 MB.
const ADDRESSES: usize = 10_000;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures_util::FutureExt as _;

    use super::*;

    const ANA: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const BEN: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn an_address_has_its_allowance_and_does_not_touch_anothers() {
        let limiter = RateLimiter::per_minute(3);
        let now = Instant::now();
        assert!((0..3).all(|_| limiter.accept(now, ANA).is_ok()));
        assert_eq!(limiter.accept(now, ANA), Err(Duration::from_secs(20)));
        assert_eq!(limiter.accept(now, BEN), Ok(()));
        assert_eq!(limiter.accept(now + Duration::from_secs(20), ANA), Ok(()));
        assert!(limiter.accept(now + Duration::from_secs(20), ANA).is_err());
    }

    #[test]
    fn what_is_closed_may_be_opened_again() {
        let limiter = OpenLimiter::new(2);
        let first = limiter.open(ANA).expect("one of two");
        let _second = limiter.open(ANA).expect("two of two");
        assert!(limiter.open(ANA).is_none());
        assert!(limiter.open(BEN).is_some());
        drop(first);
        assert!(limiter.open(ANA).is_some());
    }

    #[tokio::test]
    async fn a_gate_turns_away_whom_it_has_no_room_for() {
        let gate = Gate::new(1, 1);
        let first = gate.enter().await.expect("nobody is there");
        let second = gate.enter();
        let mut second = std::pin::pin!(second);
        assert!(second.as_mut().now_or_never().is_none(), "waits");
        assert!(gate.enter().await.is_none(), "is turned away");
        drop(first);
        assert!(second.await.is_some());
        assert!(gate.enter().await.is_some());
    }

    #[test]
    fn the_addresses_of_one_subscriber_count_as_one() {
        let limiter = OpenLimiter::new(1);
        let _guard = limiter.open("2001:db8::1".parse().expect("an address"));
        assert!(limiter.open("2001:db8::2".parse().expect("an address")).is_none());
        assert!(
            limiter
                .open("2001:db8:0:1::2".parse().expect("an address"))
                .is_some()
        );
    }
}
