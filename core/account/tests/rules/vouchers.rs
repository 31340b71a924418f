// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who vouches for the wrong people vouches for fewer.

use incamera_account::{UnixTime, VOUCHER_SLOTS, VoucherState, free_slots};
use proptest::prelude::*;

const NOW: UnixTime = UnixTime(100);

#[test]
fn a_ban_costs_the_slot_and_a_pardon_gives_it_back() {
    let banned = VoucherState::Redeemed.after_ban();
    assert_eq!(
        free_slots([banned.after_withdrawal()], NOW),
        VOUCHER_SLOTS - 1,
        "not even by taking it back"
    );
    assert_eq!(
        free_slots([banned.after_pardon().after_withdrawal()], NOW),
        VOUCHER_SLOTS
    );
}

#[test]
fn a_code_that_nobody_used_in_time_frees_the_slot() {
    let open = VoucherState::Open {
        expires_at: UnixTime(101),
    };
    assert_eq!(free_slots([open], NOW), VOUCHER_SLOTS - 1);
    assert_eq!(free_slots([open], UnixTime(101)), VOUCHER_SLOTS);
}

proptest! {
    #[test]
    fn a_lost_slot_is_lost_whatever_its_maker_does(
        acts in prop::collection::vec(0..3_u8, 0..12), state in 0..4_usize,
    ) {
        let mut state = VoucherState::all(UnixTime(200))[state];
        let mut is_lost = state == VoucherState::Lost;
        for act in acts {
            (state, is_lost) = match act {
                0 => (state.after_ban(), is_lost || state == VoucherState::Redeemed),
                1 => (state.after_pardon(), false),
                _ => (state.after_withdrawal(), is_lost),
            };
            prop_assert_eq!(state == VoucherState::Lost, is_lost);
            prop_assert!(!is_lost || state.takes_slot(UnixTime::MAX));
        }
    }

    #[test]
    fn slots_taken_and_free_are_all_there_are(states in prop::collection::vec(0..4_usize, 0..12)) {
        let states: Vec<_> = states.into_iter().map(|state| VoucherState::all(UnixTime(200))[state]).collect();
        let taken = states.iter().filter(|state| state.takes_slot(NOW)).count();
        let taken = u32::try_from(taken).expect("a small number");
        prop_assert_eq!(free_slots(states, NOW), VOUCHER_SLOTS.saturating_sub(taken));
    }
}
