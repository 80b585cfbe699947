-- The store of cases. Every per-case table leads with the case, so that all of a case can be
-- kept together (partitioned or distributed) without redesign.

create table casework_case (
  id          bigint generated always as identity primary key,
  resident_id uuid not null references residents_resident,
  process     text not null,
  document    text not null,
  version     text not null,
  opened_at   timestamptz not null,
  closed_at   timestamptz,
  phase       text,
  phase_since timestamptz,
  seq         integer not null default 0,
  head        bytea not null default ''   -- hash of the latest event
);
create index casework_case_resident on casework_case (resident_id) where closed_at is null;

-- What happened. Each row's hash covers the row and the hash before it.
create table casework_event (
  case_id bigint not null references casework_case,
  seq     integer not null,
  at      timestamptz not null,
  unit    text not null,
  person  text not null,
  act     text not null,
  data    jsonb not null,
  basis   text,
  hash    bytea not null,
  primary key (case_id, seq)
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
create index casework_party_unit on casework_party (unit, case_id);

-- Where a message stands: in an inbox, or only readable (taken over from another unit).
create table casework_delivery (
  case_id          bigint not null,
  seq              integer not null,
  unit             text not null,
  sender           text not null,
  in_inbox         boolean not null,
  delivered_at     timestamptz not null,
  acknowledged_at  timestamptz,
  acknowledged_by  text,
  acknowledged_seq integer,
  primary key (case_id, seq, unit),
  foreign key (case_id, seq) references casework_event
);
create index casework_delivery_unit on casework_delivery (unit, case_id);

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
  primary key (case_id, key)
);
create index casework_obligation_open on casework_obligation (unit, due) where ended_by is null;
create index casework_obligation_rule on casework_obligation (rule) where ended_by is null;

-- The state of a case, for the engine alone: it holds what every unit has written.
create table casework_snapshot (
  case_id bigint primary key references casework_case,
  state   jsonb not null
);

-- A unit's board: one row for each case it takes part in, or has taken part in (open = false).
create table casework_board (
  unit        text not null,
  case_id     bigint not null references casework_case,
  resident_id uuid not null,
  open        boolean not null,
  phase       text,
  phase_since timestamptz,
  planned_on  date,
  next_due    timestamptz,
  owed        jsonb not null,     -- [[act, due, rule], ...] earliest first
  waiting     jsonb not null,     -- [[act, due, rule, unit], ...]
  unread      integer not null,
  changed_at  timestamptz not null,
  primary key (unit, case_id)
);
create index casework_board_open on casework_board (unit, next_due) where open;
create index casework_board_resident on casework_board (unit, resident_id);
create index casework_board_changed on casework_board (unit, changed_at);

-- What a person has typed and not sent. Case 0: a case that is not opened yet.
create table casework_draft (
  person   text not null,
  unit     text not null,
  case_id  bigint not null,
  act      text not null,
  data     jsonb not null,
  saved_at timestamptz not null,
  primary key (person, unit, case_id, act)
);

-- Requests already carried out, so that the same one again does nothing.
create table casework_request (
  key     uuid primary key,
  person  text not null,
  unit    text not null,
  case_id bigint not null,
  seq     integer not null,
  at      timestamptz not null
);

create table casework_attachment (
  id       uuid primary key,
  case_id  bigint not null references casework_case,
  seq      integer,               -- the event it belongs to, once sent
  unit     text not null,
  name     text not null,
  type     text not null,
  content  bytea not null,
  added_at timestamptz not null
);
create index casework_attachment_case on casework_attachment (case_id, seq);
