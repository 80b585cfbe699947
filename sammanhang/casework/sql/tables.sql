-- The store of cases. Every per-case table leads with the case, so that all of a case can be
-- kept together (partitioned or distributed) without redesign.

-- Governing documents as they were put in force, each version for as long as a case may run under
-- it. Which of them held on a day is the edition of that day: casework/documents.py.
create table casework_document (
  id          text not null check (length(id) between 1 and 200),
  version     text not null check (length(version) between 1 and 100),
  file        text not null check (length(file) between 1 and 400),   -- its place among the others
  text        text not null check (octet_length(text) <= 400000),
  since       date not null,               -- the first day it holds, until a later version does
  until       date,                        -- the first day it no longer holds: repealed
  binds_running boolean not null,          -- cases that run on its first day go over to it
  recorded_at timestamptz not null default now(),
  primary key (id, version),
  check (until > since)
);

create table casework_case (
  id          bigint generated always as identity primary key,
  resident_id uuid not null references residents_resident,
  process     text not null,
  document    text not null,
  version     text not null,
  edition     text not null,               -- which documents it runs under: casework/documents.py
  place       text not null,               -- hospital or administration of the unit that opened it
  opened_at   timestamptz not null,
  closed_at   timestamptz,
  phase       text,
  phase_since timestamptz,
  seq         integer not null default 0,
  head        bytea not null default '',   -- hash of the latest event
  check (closed_at >= opened_at)
);
-- Nobody is admitted twice at once at the same hospital, however many press the button.
create unique index casework_case_one_open on casework_case (resident_id, process, place)
  where closed_at is null;
create index casework_case_resident on casework_case (resident_id);

-- What happened. Each row's hash covers the row and the hash before it, by the method that the row
-- names: casework/chain.py.
create table casework_event (
  case_id bigint not null references casework_case,
  seq     integer not null check (seq > 0),
  at      timestamptz not null,
  unit    text not null,
  person  text not null,
  act     text not null,
  data    jsonb not null,
  basis   text,                            -- legal basis for crossing a border of secrecy
  method  text not null,
  hash    bytea not null check (length(hash) >= 32),
  primary key (case_id, seq)
);

-- What an event says to some of its recipients only; in the event stands a seal of it. One row for
-- every such field, filled in or not: casework/restricted.py.
create table casework_restricted (
  case_id  bigint not null,
  seq      integer not null,
  field    text not null,
  about    integer not null,               -- the message: the event itself, or the one it corrects
  only_for text[] not null,                -- parts
  authors  text[] not null,                -- the unit that wrote it, and those that took its place
  readers  text[] not null,                -- those it was for, and those that took their place
  said     jsonb not null check (jsonb_typeof(said) = 'array' and jsonb_array_length(said) < 2),
  salt     bytea not null check (length(salt) = 16),
  primary key (case_id, seq, field),
  foreign key (case_id, seq) references casework_event
);

-- The phases a case has been in, as they were entered.
create table casework_phase (
  case_id bigint not null,
  seq     integer not null,
  phase   text,                            -- null: back to none
  since   timestamptz,
  primary key (case_id, seq),
  foreign key (case_id, seq) references casework_event
);

-- Which units hold which part, and held it.
create table casework_party (
  case_id bigint not null references casework_case,
  part    text not null,
  unit    text not null,
  since   timestamptz not null,
  until   timestamptz,
  primary key (case_id, part, unit, since)
);

-- Where an event stands: in a unit's inbox as a message, or only readable by it (taken over from
-- another unit, or an act about a message that it got).
create table casework_delivery (
  case_id          bigint not null,
  seq              integer not null,
  unit             text not null,
  sender           text not null,
  heir             text not null,          -- the unit that now stands in the sender's place
  in_inbox         boolean not null,
  delivered_at     timestamptz not null,
  acknowledged_at  timestamptz,
  acknowledged_by  text,
  acknowledged_seq integer,
  primary key (case_id, seq, unit),
  foreign key (case_id, seq) references casework_event,
  check ((acknowledged_at is null) = (acknowledged_seq is null)
         and (acknowledged_at is null) = (acknowledged_by is null))
);

create table casework_obligation (
  case_id    bigint not null references casework_case,
  key        text not null,
  rule       text not null,
  act        text not null,
  unit       text not null,
  part       text not null,
  due        timestamptz,
  before     text,
  awaited_by text not null,
  started_by integer not null,
  due_by     integer not null,
  message    integer,
  ended_by   integer,
  ended_at   timestamptz,
  cancelled  boolean not null,
  primary key (case_id, key),
  check ((ended_by is null) = (ended_at is null) and (ended_by is not null or not cancelled))
);
create index casework_obligation_open on casework_obligation (unit, due) where ended_by is null;
create index casework_obligation_rule on casework_obligation (rule) where ended_by is null;

-- The state of a case as JSON, for the engine alone: it holds what every unit has written.
create table casework_snapshot (
  case_id bigint primary key references casework_case,
  state   text not null
) with (fillfactor = 50);

-- A unit's board: one row for each case it takes part in or has taken part in, and so also the
-- relation that row security asks for, until `sees_until`. `shown`: it stands on the board now.
create table casework_board (
  case_id     bigint not null references casework_case,
  unit        text not null,
  resident_id uuid not null,
  process     text not null,               -- as the case has them, so that a board needs no other
  edition     text not null,               -- table for it
  shown       boolean not null,
  phase       text,
  phase_since timestamptz,
  owed        jsonb not null,              -- [[act, due, rule], ...] earliest first
  waiting     jsonb not null,              -- [[act, due, rule, unit], ...] earliest first
  turns       timestamptz[] not null,      -- when something in it becomes late
  unread      integer not null,
  sees_until  timestamptz not null,        -- insight (`insyn`): infinity while it takes part
  seq         integer not null,            -- the event it was written by
  changed_at  timestamptz not null,
  primary key (case_id, unit)
) with (fillfactor = 70);
create index casework_board_shown on casework_board (unit) where shown;
create index casework_board_resident on casework_board (resident_id, unit);

-- The planned day of discharge as a unit has been told it, and by which event: it is seen by who
-- sees that event.
create table casework_planned (
  case_id bigint not null references casework_case,
  unit    text not null,
  resident_id uuid not null,
  day     date,
  seq     integer,
  primary key (case_id, unit)
);

-- To whom an event was sent on purpose, although the resident has blocked what the sender writes:
-- by duty in law, or with the resident's consent to just this.
create table casework_disclosure (
  case_id bigint not null,
  seq     integer not null,
  unit    text not null,
  ground  text not null check (ground in ('law', 'consent')),
  primary key (case_id, seq, unit),
  foreign key (case_id, seq) references casework_event
);

-- What a person has typed and not sent.
create table casework_draft (
  case_id  bigint not null,
  unit     text not null,
  person   text not null,
  act      text not null,
  data     jsonb not null,
  saved_at timestamptz not null,
  primary key (case_id, unit, person, act)
);

-- Requests already carried out, so that the same one again does nothing.
create table casework_request (
  person  text not null,
  key     uuid not null,
  unit    text not null,
  case_id bigint not null,
  seq     integer not null,
  at      timestamptz not null,
  primary key (person, key)
);

create table casework_attachment (
  case_id  bigint not null references casework_case,
  id       uuid not null,
  seq      integer,                        -- the event it belongs to, once sent
  unit     text not null,
  person   text not null,
  name     text not null,
  type     text not null,
  content  bytea not null check (length(content) <= 10 * 1024 * 1024),
  added_at timestamptz not null,
  restricted text,                         -- its field, if that is for some recipients only
  primary key (case_id, id)
);
alter table casework_attachment alter content set storage external;  -- files are compressed already

-- Cases that must be kept although their time has come: a supervision, a dispute, a claim.
create table casework_hold (
  case_id bigint primary key references casework_case,
  reason  text not null,
  since   timestamptz not null default now()
);

-- What has been disposed of, when, and by whom.
create table casework_disposal (
  id     bigint generated always as identity primary key,
  at     timestamptz not null default now(),
  person text not null,
  kind   text not null,
  older_than timestamptz not null,
  count  integer not null,
  cases  bigint[]
);
