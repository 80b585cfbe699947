-- What settlement knows of stays, and what it has stated. No name, no number, no care content: a
-- stay is known by a key that only the service can follow back to the case.

-- A stay as the arithmetic needs it, taken from the case's events by the owner's daily round.
create table settlement_stay (
  case_id             bigint primary key references casework_case on delete cascade,
  key                 text not null unique check (key ~ '^V-[0-9A-HJKMNP-TV-Z]{8}$'),
  seq                 integer not null,     -- of the case, when this was taken from it
  payer               text not null,        -- a municipality's code, or 'utomläns', 'ingen'
  specialty           text not null check (specialty in ('somatic', 'psychiatric')),
  admission_notice_at timestamptz,
  readiness           jsonb not null,       -- [[notice, withdrawn, called], ...] in order of time
  leaves              jsonb not null,       -- [[left, back], ...]
  ended_at            timestamptz,          -- null: still in hospital
  month               date                  -- first day of the month in which it ended, in Sweden
);
create index settlement_stay_month on settlement_stay (month, payer);
create index settlement_stay_waiting on settlement_stay (payer) where ended_at is null;

-- Whom one invoices and who does, with all that an invoice must have. 'region' is the seller.
create table settlement_party (
  payer           text primary key,
  organisation    text not null check (organisation ~ '^[0-9]{10}$'),
  name            text not null,
  street          text not null,
  postcode        text not null,
  city            text not null,
  endpoint_scheme text not null,
  endpoint        text not null,
  buyer_reference text,                     -- beställarreferens; of a buyer
  bankgiro        text check (bankgiro ~ '^[0-9]{7,8}$'),  -- of the seller
  receivable      text check (receivable ~ '^[0-9]{4}$'),  -- accounts of the seller's ledger
  revenue         text check (revenue ~ '^[0-9]{4}$'),
  check (payer <> 'region' or (bankgiro is not null and receivable is not null
                               and revenue is not null))
);

-- A month: preliminary while it has no row here, then under review, then final for ever.
create table settlement_month (
  month       date primary key check (extract(day from month) = 1),
  agreement   text not null,
  version     text not null,
  reviewed_at timestamptz not null,
  reviewed_by text not null,
  final_at    timestamptz,
  final_by    text,
  hash        text,
  signature   text,
  check ((final_at is null) = (hash is null) and (final_at is null) = (final_by is null))
);

-- What was laid before a municipality, as the arithmetic stated it on that day.
create table settlement_statement (
  month   date not null references settlement_month,
  payer   text not null,
  content jsonb not null,
  primary key (month, payer)
);

-- What a municipality objects to in a single stay.
create table settlement_objection (
  id     bigint generated always as identity primary key,
  month  date not null,
  payer  text not null,
  key    text not null,
  text   text not null check (length(text) between 1 and 4000),
  by     text not null,
  at     timestamptz not null default now(),
  foreign key (month, payer) references settlement_statement
);

-- The region's answer; with or without a correction.
create table settlement_answer (
  objection bigint primary key references settlement_objection,
  accepted  boolean not null,
  text      text not null check (length(text) between 1 and 4000),
  by        text not null,
  at        timestamptz not null default now()
);

-- A correction line: what one stay should have been, and what that changes. Booked in its own month
-- while that is under review, else in a later one.
create table settlement_correction (
  id         bigint generated always as identity primary key,
  month      date not null,                 -- that of the stay
  payer      text not null,
  key        text not null,
  days       integer check (days between 0 and 3660),  -- null: not counted
  reason     text not null check (length(reason) between 1 and 4000),
  booked_in  date not null check (booked_in >= month),
  liable     numeric(8, 2) not null,        -- days added, or taken off
  amount_ore bigint not null,
  by         text not null,
  at         timestamptz not null default now(),
  foreign key (month, payer) references settlement_statement
);
create index settlement_correction_booked on settlement_correction (booked_in, payer);

-- E-invoices and credit notes, as they were made; the number is unbroken.
create table settlement_invoice (
  number     bigint primary key,
  month      date not null references settlement_month,
  payer      text not null,
  credit     boolean not null,
  amount_ore bigint not null check (amount_ore > 0),
  issued_on  date not null,
  due_on     date not null,
  xml        text not null,
  unique (month, payer)
);

-- A municipality's month in sums, written when it is made final: what an auditor reads. No stay can
-- be told from it.
create table settlement_total (
  month            date not null references settlement_month,
  payer            text not null,
  stays            integer not null,
  mean_days        numeric(8, 2) not null,
  individual_stays integer not null,
  liable_days      numeric(10, 2) not null,
  amount_ore       bigint not null,         -- corrections included
  corrections      integer not null,
  objections       integer not null,
  invoice          bigint,
  primary key (month, payer)
);
