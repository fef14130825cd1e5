//! Who people are and what they may do: accounts, passwords, tokens, rights. No I/O: the store keeps
//! them, the server asks.
