// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where OpenMLS keeps a group: in memory, and cheap to snapshot. Members and the delivery service share it.
//!
//! Values are MessagePack behind reference counts: a snapshot copies the map, not what is in it. Every value is erased
//! when the last snapshot that holds it is dropped. What a value means, is OpenMLS's business.
//!
//! OpenMLS stores large values at every commit and reads them hardly ever: what counts is how fast they are written.
//!
//! What a member stores is secret and cannot be printed:
//! ```compile_fail
//! fn debug<T: std::fmt::Debug>() {}
//! debug::<incamera_mls_memory::Storage>();
//! ```

mod provider;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::Arc,
};

use rmp_serde::{Serializer, config::BytesMode};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

type Value = Arc<Zeroizing<Vec<u8>>>;

/// The state of one group. Has no `Debug`: a member's is secret.
#[derive(Clone, Default)]
pub struct Storage {
    values: RefCell<BTreeMap<Vec<u8>, Value>>,
    takes_message_secrets: Cell<bool>,
    // How long the last value of a kind was.
    lengths: RefCell<BTreeMap<Kind, usize>>,
}

/// A value that does not serialise, or does not read back: a defect of ours or of OpenMLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stored value is not readable")]
pub struct Unreadable;

/// What a value is. The numbers stand in what the delivery service stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Tree = 0,
    TranscriptHash = 1,
    Context = 2,
    ConfirmationTag = 3,
    ProposalRefs = 4,
    Proposal = 5,
    JoinConfig = 6,
    OwnLeafNodes = 7,
    GroupState = 8,
    MessageSecrets = 9,
    ResumptionPsks = 10,
    OwnLeafIndex = 11,
    EpochSecrets = 12,
    SignatureKeyPair = 13,
    EncryptionKeyPair = 14,
    EpochKeyPairs = 15,
    KeyPackage = 16,
    Psk = 17,
}

impl Storage {
    /// Takes over what [`Self::entries`] returned.
    pub fn from_entries(entries: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Self {
        let entries = entries.into_iter();
        let values = entries.map(|(key, value)| (key, Arc::new(Zeroizing::new(value))));
        Self {
            values: RefCell::new(values.collect()),
            ..Self::default()
        }
    }

    /// Returns everything stored, in the order of the keys.
    pub fn entries(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let values = self.values.borrow();
        let entries = values.iter();
        entries
            .map(|(key, value)| (key.clone(), value.to_vec()))
            .collect()
    }

    /// Returns a copy from which the group can be loaded, the secrets of messages included, which `write` makes OpenMLS
    /// store. At any other time they are not taken: OpenMLS stores all of them, with the keys of all members of past
    /// epochs, whenever it seals or opens one message.
    ///
    /// # Errors
    /// That of `write`.
    pub fn snapshot_with_message_secrets<E>(&self, write: impl FnOnce() -> Result<(), E>) -> Result<Self, E> {
        self.takes_message_secrets.set(true);
        let written = write();
        self.takes_message_secrets.set(false);
        let snapshot = self.clone();
        let mut values = self.values.borrow_mut();
        values.retain(|key, _| key.first() != Some(&(Kind::MessageSecrets as u8)));
        written.map(|()| snapshot)
    }

    fn write<T: Serialize + ?Sized>(
        &self,
        kind: Kind,
        id: &impl Serialize,
        value: &T,
    ) -> Result<(), Unreadable> {
        let key = key(kind, id)?;
        let mut lengths = self.lengths.borrow_mut();
        // A buffer that grows leaves pieces of secrets behind; values are about as long as those before them.
        let length = lengths.get(&kind).copied().unwrap_or_default();
        let mut bytes = Zeroizing::new(Vec::with_capacity(length + length / 8 + SMALLEST));
        encode(value, &mut bytes)?;
        lengths.insert(kind, bytes.len());
        self.values.borrow_mut().insert(key, Arc::new(bytes));
        Ok(())
    }

    fn read<T: DeserializeOwned>(&self, kind: Kind, id: &impl Serialize) -> Result<Option<T>, Unreadable> {
        let key = key(kind, id)?;
        let values = self.values.borrow();
        values
            .get(&key)
            .map(|value| rmp_serde::from_slice(value).map_err(|_| Unreadable))
            .transpose()
    }

    fn delete(&self, kind: Kind, id: &impl Serialize) -> Result<(), Unreadable> {
        let key = key(kind, id)?;
        self.values.borrow_mut().remove(&key);
        Ok(())
    }

    /// Returns a list that [`Self::append`] made.
    fn list<T: DeserializeOwned>(&self, kind: Kind, id: &impl Serialize) -> Result<Vec<T>, Unreadable> {
        let items = self.items(kind, id)?.into_iter();
        items
            .map(|item| rmp_serde::from_slice(&item).map_err(|_| Unreadable))
            .collect()
    }

    /// Adds to a list what is not in it.
    fn append<T: Serialize>(&self, kind: Kind, id: &impl Serialize, item: &T) -> Result<(), Unreadable> {
        let mut items = self.items(kind, id)?;
        let item = encoded(item)?;
        if !items.contains(&item) {
            items.push(item);
        }
        self.write(kind, id, &items)
    }

    fn remove<T: Serialize>(&self, kind: Kind, id: &impl Serialize, item: &T) -> Result<(), Unreadable> {
        let mut items = self.items(kind, id)?;
        let removed = encoded(item)?;
        items.retain(|kept| *kept != removed);
        self.write(kind, id, &items)
    }

    fn items(&self, kind: Kind, id: &impl Serialize) -> Result<Vec<Vec<u8>>, Unreadable> {
        Ok(self.read(kind, id)?.unwrap_or_default())
    }
}

fn key(kind: Kind, id: &impl Serialize) -> Result<Vec<u8>, Unreadable> {
    let mut key = vec![kind as u8];
    encode(id, &mut key)?;
    Ok(key)
}

fn encoded<T: Serialize>(value: &T) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    encode(value, &mut bytes)?;
    Ok(bytes)
}

/// Keys of 1216 bytes are most of what OpenMLS stores, and are lists of numbers to serde: they are written as bytes.
fn encode<T: Serialize + ?Sized>(value: &T, into: &mut Vec<u8>) -> Result<(), Unreadable> {
    let mut serializer = Serializer::new(into).with_bytes(BytesMode::ForceIterables);
    value.serialize(&mut serializer).map_err(|_| Unreadable)
}

// What is small, such as a transcript hash, is written without growing the buffer too.
const SMALLEST: usize = 256;

#[cfg(test)]
mod tests {
    use openmls_traits::storage::{CURRENT_VERSION, Entity, Key, StorageProvider as _, traits};

    use super::*;

    #[test]
    fn a_value_comes_back_from_a_snapshot_when_it_was_overwritten() {
        let storage = Storage::default();
        storage.write(Kind::Tree, &1, "before").expect("text");
        let snapshot = storage.clone();
        storage.write(Kind::Tree, &1, "after").expect("text");
        storage.delete(Kind::Tree, &2).expect("nothing to delete");
        assert_eq!(snapshot.read(Kind::Tree, &1), Ok(Some(String::from("before"))));
        let entries = Storage::from_entries(storage.entries());
        assert_eq!(entries.read(Kind::Tree, &1), Ok(Some(String::from("after"))));
        assert_eq!(entries.read::<String>(Kind::Context, &1), Ok(None));
    }

    #[test]
    fn a_list_holds_each_item_once() {
        let storage = Storage::default();
        for item in [3, 4, 3] {
            storage.append(Kind::ProposalRefs, &1, &item).expect("numbers");
        }
        assert_eq!(storage.list(Kind::ProposalRefs, &1), Ok(vec![3, 4]));
        storage.remove(Kind::ProposalRefs, &1, &3).expect("numbers");
        assert_eq!(storage.list(Kind::ProposalRefs, &1), Ok(vec![4]));
        assert_eq!(storage.list::<u8>(Kind::OwnLeafNodes, &1), Ok(Vec::new()));
    }

    #[test]
    fn message_secrets_are_in_the_snapshot_that_asks_for_them_and_nowhere_else() {
        let storage = Storage::default();
        let write = || storage.write_message_secrets(&Named(1), &Named(2));
        write().expect("a number");
        assert_eq!(storage.entries(), []);
        let snapshot = storage.snapshot_with_message_secrets(write).expect("a number");
        assert_eq!(storage.entries(), []);
        assert!(snapshot.message_secrets(&Named(1)) == Ok(Some(Named(2))));
        assert_eq!(storage.snapshot_with_message_secrets(|| Err(7)).err(), Some(7));
    }

    #[derive(PartialEq, serde::Serialize, serde::Deserialize)]
    struct Named(u8);

    impl Key<CURRENT_VERSION> for Named {}
    impl Entity<CURRENT_VERSION> for Named {}
    impl traits::GroupId<CURRENT_VERSION> for Named {}
    impl traits::MessageSecrets<CURRENT_VERSION> for Named {}

    #[test]
    fn what_is_of_another_type_is_unreadable() {
        let storage = Storage::default();
        storage.write(Kind::Tree, &1, "text").expect("text");
        assert_eq!(storage.read::<u64>(Kind::Tree, &1), Err(Unreadable));
    }
}
