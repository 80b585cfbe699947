-- Governing documents on their way. What is in force is what lies in the folder of guidelines; here
-- is what has been written about it, and how far each text has come.

create table governance_version (
  id         bigint generated always as identity primary key,
  document   text not null check (length(document) between 1 and 200),  -- the document's id
  file       text not null check (length(file) between 1 and 400),      -- its place among the others
  title      text not null check (length(title) between 1 and 400),
  based_on   text,                         -- the number of the version it was started from
  started_at timestamptz not null default now(),
  started_by text not null
);
create index governance_version_document on governance_version (document);

-- Every text that was saved, as it was. Two who save at once both have theirs here: `aside` is the
-- one that came second and lay beside the draft until somebody put the two together.
create table governance_saving (
  version  bigint not null references governance_version,
  revision integer not null check (revision > 0),
  onto     integer not null check (onto between 0 and revision - 1),  -- the revision it was made from
  aside    boolean not null default false,
  text     text not null check (octet_length(text) <= 400000),
  saved_at timestamptz not null default now(),
  saved_by text not null,
  name     text not null,                  -- as it was, for who reads the history
  primary key (version, revision)
);

-- How far a version has come. The latest says where it is.
create table governance_standing (
  version       bigint not null references governance_version,
  seq           integer not null check (seq > 0),
  status        text not null check (status in ('utkast', 'på remiss', 'beslutad', 'gällande',
                                                'ersatt', 'upphävd')),
  revision      integer not null,          -- the text that it is about
  number        text,                      -- of the version, from when it is proposed
  in_force_from date,
  decision      text,
  at            timestamptz not null default now(),
  by            text not null,
  name          text not null,
  primary key (version, seq),
  foreign key (version, revision) references governance_saving,
  check (status = 'utkast' or number is not null),
  check (status not in ('beslutad', 'gällande') or
         (decision is not null and in_force_from is not null))
);

-- What was decided about a version that holds: that from a day it holds no more.
create table governance_repeal (
  document text not null,
  number   text not null,                  -- of the version
  until    date not null,                  -- the first day on which it no longer holds
  decision text not null check (length(decision) between 1 and 200),
  at       timestamptz not null default now(),
  by       text not null,
  name     text not null,
  primary key (document, number),
  foreign key (document, number) references casework_document
);

-- That a document soon ends, or has ended, is told those who keep it until one of them has seen it.
create table governance_notice (
  document text not null,
  number   text not null,
  days     integer not null check (days in (60, 14, 0)),  -- before its last day; 0 once it is over
  seen_at  timestamptz not null default now(),
  seen_by  text not null,
  name     text not null,
  primary key (document, number, days),
  foreign key (document, number) references casework_document
);

-- Who has a draft open, so that two are told of each other. Nothing that is kept.
create table governance_writing (
  version bigint not null references governance_version,
  person  text not null,
  name    text not null,
  seen_at timestamptz not null default now(),
  primary key (version, person)
);

-- Past cases lived again under a draft: asked for by a process leader, worked off by the owner's
-- own process, which alone sees the cases. What is kept is counts and nothing about anybody.
create table governance_trial (
  id       bigint generated always as identity primary key,
  version  bigint not null,
  revision integer not null,
  since    date not null,
  until    date not null check (until >= since),
  asked_at timestamptz not null default now(),
  asked_by text not null,
  name     text not null,
  seen_at  timestamptz,                    -- when somebody was last at work on it
  done     integer not null default 0,     -- cases gone through
  total    integer,
  ended_at timestamptz,
  fault    text,
  result   jsonb,
  foreign key (version, revision) references governance_saving
);
create index governance_trial_version on governance_trial (version, id desc);
create index governance_trial_waiting on governance_trial (id) where ended_at is null;
