// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who gets which layer: the largest that the tile's height allows, as far as the bandwidth goes.

use str0m::bwe::Bitrate;

use crate::{
    egress::Urgency,
    ingress::{LAYERS, Layer},
    shortage::Shortage,
};

/// What a publisher sends on one layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LayerOffer {
    pub(crate) bitrate: Bitrate,
    /// Height of its pictures.
    pub(crate) height: u16,
}

/// One tile of a subscriber, most wanted first among its like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    /// Height of the tile in device pixels.
    pub(crate) height: u16,
    /// What there is; `None` where the publisher sends nothing.
    pub(crate) layers: [Option<LayerOffer>; LAYERS],
    /// What is being sent, or about to be.
    pub(crate) current: Option<Layer>,
}

/// What a tile gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grant {
    /// `None`: nothing, for want of bandwidth.
    pub(crate) layer: Option<Layer>,
    /// Temporal layers up to this one.
    pub(crate) temporal: u8,
    /// How fast a larger layer has to go.
    pub(crate) urgency: Urgency,
}

/// What all tiles of a subscriber get, and what is worth telling the bandwidth estimation.
#[derive(Debug)]
pub(crate) struct Allocation {
    pub(crate) grants: Vec<Grant>,
    /// Enough for every tile to have the layer that fits it.
    pub(crate) desired: Bitrate,
}

/// Distributes `budget`. A tile keeps its layer as long as the budget bears it, and gets a larger one only if
/// `may_rise` and there is headroom, so that a wavering estimate does not switch layers to and fro.
pub(crate) fn allocate(
    wishes: &[Wish],
    budget: Bitrate,
    may_rise: MayRise,
    shortage: Shortage,
) -> Allocation {
    let bearable = fill(wishes, budget.as_f64());
    let comfortable = fill(wishes, budget.as_f64() / HEADROOM);
    let grants = wishes
        .iter()
        .zip(bearable.iter().zip(&comfortable))
        .enumerate()
        .map(|(index, (wish, (&bearable, &comfortable)))| {
            let layer = match (may_rise, wish.current) {
                (MayRise::Yes, _) if comfortable >= wish.current => comfortable,
                (_, Some(current)) if bearable >= Some(current) && best(wish) >= Some(current) => {
                    Some(current)
                }
                (MayRise::No, None) => comfortable,
                (MayRise::Yes | MayRise::No, _) => bearable,
            };
            // The most wanted tile is never without a picture.
            let is_kept = index == 0 || shortage != Shortage::Lasting;
            let layer = layer.or_else(|| if is_kept { lowest(wish) } else { None });
            let is_starved = bearable.is_none() && layer.is_some();
            let urgency = if best(wish) >= wish.current {
                Urgency::Now
            } else {
                Urgency::AtKeyframe
            };
            Grant {
                layer,
                temporal: if is_starved { 0 } else { ALL_TEMPORAL },
                urgency,
            }
        })
        .collect::<Vec<_>>();
    let desired: f64 = wishes.iter().map(|wish| rate(wish, best(wish))).sum();
    Allocation {
        grants,
        desired: Bitrate::bps((desired * PROBED) as u64),
    }
}

/// Returns what it takes to give every tile its smallest picture.
pub(crate) fn least(wishes: &[Wish]) -> Bitrate {
    let least: f64 = wishes.iter().map(|wish| rate(wish, lowest(wish))).sum();
    Bitrate::bps(least as u64)
}

/// Returns the budget that a rise to `bitrate` takes.
pub(crate) fn with_headroom(bitrate: Bitrate) -> Bitrate {
    Bitrate::bps((bitrate.as_f64() * HEADROOM).ceil() as u64)
}

/// Whether layers may be raised: not within a while after the link proved too narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MayRise {
    /// They may.
    Yes,
    /// They may not.
    No,
}

/// Everybody one layer, then everybody the next: a second sharp picture is worth less than a first one.
fn fill(wishes: &[Wish], mut budget: f64) -> Vec<Option<Layer>> {
    let mut chosen: Vec<Option<Layer>> = vec![None; wishes.len()];
    let mut is_rising = true;
    while is_rising {
        is_rising = false;
        for (wish, chosen) in wishes.iter().zip(&mut chosen) {
            let Some(next) = above(wish, *chosen) else {
                continue;
            };
            let cost = rate(wish, Some(next)) - rate(wish, *chosen);
            if cost <= budget {
                budget -= cost;
                *chosen = Some(next);
                is_rising = true;
            }
        }
    }
    chosen
}

/// The next layer above `layer` that the tile has a use for.
fn above(wish: &Wish, layer: Option<Layer>) -> Option<Layer> {
    let best = best(wish)?;
    offered(wish).find(|&next| Some(next) > layer && next <= best)
}

/// The largest layer that the tile has a use for: the smallest that it need not enlarge much, or else the largest.
fn best(wish: &Wish) -> Option<Layer> {
    let fits = |layer: &Layer| {
        let height = wish.layers[layer.index()].map_or(0, |offer| u32::from(offer.height));
        height * ENLARGED_AT_MOST_PERCENT >= u32::from(wish.height) * 100
    };
    offered(wish).find(fits).or_else(|| offered(wish).last())
}

fn lowest(wish: &Wish) -> Option<Layer> {
    offered(wish).next()
}

fn offered(wish: &Wish) -> impl Iterator<Item = Layer> {
    let layers = wish.layers;
    (0..)
        .zip(layers)
        .filter(|(_, offer)| offer.is_some())
        .map(|(index, _)| Layer(index))
}

fn rate(wish: &Wish, layer: Option<Layer>) -> f64 {
    layer
        .and_then(|layer| wish.layers[layer.index()])
        .map_or(0.0, |offer| offer.bitrate.as_f64())
}

/// All temporal layers.
pub(crate) const ALL_TEMPORAL: u8 = u8::MAX;

// A picture enlarged by a quarter looks sharp still; the next layer costs three times as much.
const ENLARGED_AT_MOST_PERCENT: u32 = 125;

// Probes that stop short of what a layer takes with headroom would never let it rise; further ones disturb the link.
const PROBED: f64 = 2.0;

// Encoders overshoot their average by a tenth or so. Less headroom makes layers flap, more leaves bandwidth unused.
const HEADROOM: f64 = 1.15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tile_gets_the_layer_of_its_height() {
        for (height, layer) in [
            (90, 0),
            (180, 0),
            (225, 0),
            (226, 1),
            (450, 1),
            (451, 2),
            (2160, 2),
        ] {
            check(&[(height, None)], 10_000, MayRise::Yes, &[Some(layer)]);
        }
    }

    #[test]
    fn everybody_gets_a_small_picture_before_anybody_a_large_one() {
        check(
            &[(720, None), (720, None), (720, None)],
            600,
            MayRise::Yes,
            &[Some(0), Some(0), Some(0)],
        );
        check(
            &[(720, None), (720, None), (720, None)],
            1000,
            MayRise::Yes,
            &[Some(1), Some(0), Some(0)],
        );
    }

    #[test]
    fn least_wanted_tiles_go_dark_first_and_the_first_never() {
        check(&[(720, None), (720, None)], 200, MayRise::Yes, &[Some(0), None]);
        check(&[(720, None), (720, None)], 20, MayRise::Yes, &[Some(0), None]);
        let wishes = [wish(720, None)];
        let starved = allocate(&wishes, Bitrate::kbps(20), MayRise::Yes, Shortage::Lasting);
        assert_eq!(starved.grants[0].temporal, 0);
    }

    #[test]
    fn no_tile_goes_dark_in_a_shortage_that_may_pass() {
        let wishes = [wish(720, Some(2)), wish(720, Some(0)), wish(720, None)];
        let allocation = allocate(&wishes, Bitrate::kbps(200), MayRise::No, Shortage::Passing);
        let grants = allocation
            .grants
            .iter()
            .map(|grant| (grant.layer, grant.temporal))
            .collect::<Vec<_>>();
        let base = (Some(Layer(0)), 0);
        assert_eq!(grants, [(Some(Layer(0)), ALL_TEMPORAL), base, base]);
    }

    #[test]
    fn layer_stays_while_the_budget_bears_it_and_falls_when_it_does_not() {
        check(&[(720, Some(1))], 510, MayRise::Yes, &[Some(1)]);
        check(&[(720, Some(1))], 490, MayRise::Yes, &[Some(0)]);
        check(&[(720, Some(0))], 510, MayRise::Yes, &[Some(0)]);
        check(&[(720, Some(0))], 5000, MayRise::No, &[Some(0)]);
        check(&[(720, Some(0))], 5000, MayRise::Yes, &[Some(2)]);
    }

    #[test]
    fn small_tile_lets_a_large_layer_go() {
        check(&[(100, Some(2))], 5000, MayRise::No, &[Some(0)]);
    }

    #[track_caller]
    fn check(tiles: &[(u16, Option<u8>)], budget: u64, may_rise: MayRise, expected: &[Option<u8>]) {
        let wishes: Vec<_> = tiles
            .iter()
            .map(|&(height, current)| wish(height, current))
            .collect();
        let allocation = allocate(&wishes, Bitrate::kbps(budget), may_rise, Shortage::Lasting);
        let layers: Vec<_> = allocation
            .grants
            .iter()
            .map(|grant| grant.layer.map(|layer| layer.0))
            .collect();
        assert_eq!(layers, expected, "{allocation:?}");
    }

    fn wish(height: u16, current: Option<u8>) -> Wish {
        let offer = |kbps, height| {
            Some(LayerOffer {
                bitrate: Bitrate::kbps(kbps),
                height,
            })
        };
        Wish {
            height,
            layers: [offer(150, 180), offer(500, 360), offer(1500, 720)],
            current: current.map(Layer),
        }
    }
}
