//! core/delivery
