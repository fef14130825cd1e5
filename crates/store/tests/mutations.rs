//! Mutated secrets: what was sealed is unsealed as it was, in its place, or not at all.

use brisk_test_mutations::Inputs;
use brisk_test_stores::TestStore;

#[tokio::test]
async fn mutations_of_sealed_secrets_are_never_unsealed() {
    let store = TestStore::sqlite().await.store;
    let secrets = [&b"hunter2"[..], b"", &[0xff; 300]];
    let sealed = secrets.map(|secret| store.seal("a webhook", secret).unwrap());
    let inputs = Inputs::new("sealed secrets").seeds(&sealed).words(&["=", "==", "A", "/", "_"]);
    inputs.count(10_000).texts(|text| {
        assert!(store.unseal("another webhook", text).is_err(), "in another's place: {text}");
        let Ok(secret) = store.unseal("a webhook", text) else { return false };
        let at = sealed.iter().position(|sealed| sealed == text);
        assert_eq!(at.map(|at| secrets[at]), Some(&secret[..]), "it was altered: {text}");
        true
    });
}
