//! core/sfu
