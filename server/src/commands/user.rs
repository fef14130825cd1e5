//! `brisk user`: accounts from the shell, for the first admin and for people who are locked out. Whoever
//! may run it on the server's machine can read its store in any case.

use super::shared::SharedArguments;
use crate::auth::set_up;
use crate::auth::settings::AuthSettings;
use crate::auth::state::Auth;
use crate::config::Settings;
use crate::{assembly, logging};
use anyhow::{Context, bail};
use brisk_accounts::account::full_name;
use brisk_accounts::{Account, AccountId, LoginName, Role, password_hash, password_policy};
use brisk_cache::Records;
use brisk_domain::{Clock, TeamName, format};
use brisk_store::{AccountChange, Actor, Changed, Link, Store};
use std::io::Read as _;
use std::process::ExitCode;
use std::sync::Arc;

/// The subcommands of `brisk user`.
#[derive(Debug, clap::Subcommand)]
pub enum UserCommand {
    /// Add an account and print a one-time link for choosing its password.
    Add(AddArguments),
    /// List accounts.
    List(SharedArguments),
    /// Disable an account and end its sessions; --undo enables it again.
    Disable(DisableArguments),
    /// Print a one-time link for choosing a new password, or read the password from standard input.
    Password(PasswordArguments),
    /// Change an account's role: viewer, editor or admin.
    Role(RoleArguments),
}

/// The arguments of `brisk user add`.
#[derive(Debug, Clone, clap::Args)]
pub struct AddArguments {
    /// The name to sign in with.
    pub name: String,
    /// viewer, editor or admin.
    #[arg(long, default_value = "viewer")]
    pub role: String,
    /// The name shown to others.
    #[arg(long)]
    pub full_name: Option<String>,
    /// A team to join. May be repeated.
    #[arg(long = "team")]
    pub teams: Vec<String>,
    /// Read the password from standard input instead of printing a link.
    #[arg(long)]
    pub password_stdin: bool,
    /// The servers' configuration.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// The arguments of `brisk user disable`.
#[derive(Debug, Clone, clap::Args)]
pub struct DisableArguments {
    /// The name to sign in with.
    pub name: String,
    /// Enable it again.
    #[arg(long)]
    pub undo: bool,
    /// The servers' configuration.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// The arguments of `brisk user password`.
#[derive(Debug, Clone, clap::Args)]
pub struct PasswordArguments {
    /// The name to sign in with.
    pub name: String,
    /// Read the password from standard input instead of printing a link.
    #[arg(long)]
    pub password_stdin: bool,
    /// Remove the second factor as well.
    #[arg(long)]
    pub without_second_factor: bool,
    /// The servers' configuration.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// The arguments of `brisk user role`.
#[derive(Debug, Clone, clap::Args)]
pub struct RoleArguments {
    /// The name to sign in with.
    pub name: String,
    /// viewer, editor or admin.
    pub role: String,
    /// The servers' configuration.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// The longest input that is read as a password.
const LONGEST_INPUT: u64 = 4_096;

/// Runs `brisk user`.
pub async fn run(command: UserCommand) -> anyhow::Result<ExitCode> {
    logging::start();
    match command {
        UserCommand::Add(arguments) => add(&arguments).await?,
        UserCommand::List(shared) => list(&shared).await?,
        UserCommand::Disable(DisableArguments { name, undo, shared }) => {
            let shell = Shell::open(&shared).await?;
            let account = shell.account(&name).await?;
            shell.change(&account, AccountChange::Disabled(!undo)).await?;
        }
        UserCommand::Password(arguments) => new_password(&arguments).await?,
        UserCommand::Role(RoleArguments { name, role, shared }) => {
            let role = parsed_role(&role)?;
            let shell = Shell::open(&shared).await?;
            let account = shell.account(&name).await?;
            shell.change(&account, AccountChange::Role(role)).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The store, from the shell.
struct Shell {
    store: Store,
    auth: Auth,
    clock: Arc<dyn Clock>,
}

impl Shell {
    async fn open(shared: &SharedArguments) -> anyhow::Result<Self> {
        let settings = shared.settings()?;
        let clock = shared.clock()?;
        std::fs::create_dir_all(&settings.data_dir).with_context(|| {
            format!("making the data directory {}", settings.data_dir.display())
        })?;
        let store = Store::at(&settings.store()?).await?;
        let shared = assembly::records(&settings, &clock)?;
        let auth = auth(store.clone(), Arc::clone(&clock), auth_settings(&settings), shared);
        Ok(Self { store, auth, clock })
    }

    fn has_passwords(&self) -> anyhow::Result<()> {
        match self.auth.settings().has_passwords {
            true => Ok(()),
            false => bail!(
                "nobody signs in with a password here (\"passwords\" of [auth] is false): without \
                 --password-stdin, a link is printed that connects the account"
            ),
        }
    }

    async fn account(&self, name: &str) -> anyhow::Result<Account> {
        let parsed = LoginName::parse(name)?;
        let account = self.store.account_named(&parsed).await?;
        account.with_context(|| format!("there is no account \"{parsed}\""))
    }

    async fn change(&self, account: &Account, change: AccountChange) -> anyhow::Result<()> {
        let (id, now) = (&account.id, self.clock.now());
        match self.store.change_account(id, &change, &actor(), now).await? {
            Changed::Done => Ok(()),
            Changed::LastAdmin => {
                bail!("{} is the only admin: make another one first", account.name)
            }
            Changed::Missing | Changed::Taken => bail!("{} is not there any more", account.name),
        }
    }

    #[allow(clippy::print_stdout)] // A command prints its result.
    async fn print_link(&self, account: &Account) -> anyhow::Result<()> {
        let link = set_up::link(&self.auth, &Link::Password(account.id.clone())).await?;
        println!("{}", link.unwrap_or_default());
        Ok(())
    }
}

async fn add(arguments: &AddArguments) -> anyhow::Result<()> {
    let shell = Shell::open(&arguments.shared).await?;
    if arguments.password_stdin {
        shell.has_passwords()?;
    }
    let name = LoginName::parse(&arguments.name)?;
    let teams = arguments.teams.iter().map(|team| TeamName::parse(team));
    let given = arguments.full_name.as_deref().and_then(full_name);
    let account = Account {
        id: AccountId::random(),
        full_name: given.unwrap_or_else(|| name.to_string()),
        role: parsed_role(&arguments.role)?,
        is_disabled: false,
        teams: teams.collect::<Result<_, _>>()?,
        attributes: Default::default(),
        password: arguments.password_stdin.then(|| read_password(&name)).transpose()?,
        authenticator: None,
        created_at: shell.clock.now(),
        signed_in_at: None,
        name,
    };
    match shell.store.add_account(&account, &actor()).await? {
        Changed::Done => {}
        Changed::Taken => bail!("there is an account \"{}\" already", account.name),
        Changed::Missing | Changed::LastAdmin => bail!("the account could not be made"),
    }
    match account.password {
        Some(_) => Ok(()),
        None => shell.print_link(&account).await,
    }
}

async fn new_password(arguments: &PasswordArguments) -> anyhow::Result<()> {
    let shell = Shell::open(&arguments.shared).await?;
    let account = shell.account(&arguments.name).await?;
    if arguments.without_second_factor {
        shell.change(&account, AccountChange::Authenticator(None)).await?;
    }
    match arguments.password_stdin {
        true => {
            shell.has_passwords()?;
            let password = read_password(&account.name)?;
            shell.change(&account, AccountChange::Password(Some(password))).await
        }
        false => shell.print_link(&account).await,
    }
}

#[allow(clippy::print_stdout)] // Here, too.
async fn list(shared: &SharedArguments) -> anyhow::Result<()> {
    let shell = Shell::open(shared).await?;
    let now = shell.clock.now();
    for account in shell.store.accounts().await? {
        let state = match (account.is_disabled, &account.password) {
            (true, _) => "disabled",
            (false, None) if account.signed_in_at.is_none() => "no password yet",
            (false, _) => "active",
        };
        let teams: Vec<&str> = account.teams.iter().map(TeamName::as_str).collect();
        let seen = account.signed_in_at.map_or_else(|| "never".into(), |at| format::ago(at, now));
        let (name, role) = (&account.name, account.role.word());
        println!("{name}  {role}  {state}  signed in: {seen}  teams: {}", teams.join(" "));
    }
    Ok(())
}

/// The hash of the password on the standard input: its first line.
fn read_password(name: &LoginName) -> anyhow::Result<String> {
    let mut text = String::new();
    let input = std::io::stdin().take(LONGEST_INPUT).read_to_string(&mut text);
    input.context("reading the password from the standard input")?;
    let typed = text.lines().next().unwrap_or_default();
    password_policy::check(typed, name)?;
    password_hash::hash(typed).context("there is not enough memory to hash a password")
}

fn parsed_role(text: &str) -> anyhow::Result<Role> {
    Role::parse(text).with_context(|| format!("\"{text}\" is no role: viewer, editor or admin"))
}

/// The actor of commands.
fn actor() -> Actor {
    Actor { name: "the command line".into(), address: String::new() }
}

/// The [`Auth`] of these settings: with what replicas share in Redis, if there is one.
pub(crate) fn auth(
    store: Store,
    clock: Arc<dyn Clock>,
    signing_in: AuthSettings,
    shared: Option<Arc<Records>>,
) -> Auth {
    match shared {
        Some(shared) => Auth::sharing(store, shared, clock, signing_in),
        None => Auth::over(store, clock, signing_in),
    }
}

/// How long sessions last, and how readers reach the server; without the provider, whose secret only a
/// server needs.
pub(crate) fn auth_settings(settings: &Settings) -> AuthSettings {
    let limits = &settings.auth;
    let base = match settings.own_names.public() {
        Some(public) => public.to_string(),
        None => format!("http://{}", settings.listen),
    };
    AuthSettings {
        idle: limits.idle,
        absolute: limits.absolute,
        link: limits.link,
        token: limits.token,
        base,
        has_passwords: limits.has_passwords,
        second_factor_for: limits.second_factor_for.clone(),
        provider: None,
        proxy: limits.proxy.clone(),
    }
}
