"""The documents, each with the fragments that it needs.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

VIEWER_ACCOUNT = """
query ViewerAccount {
  viewer {
    user {
      id
      email
      emailVerified
      name
      username
      picture
      locale
      zoneinfo
      sessions(first: 50) {
        nodes {
          ...SessionFields
        }
      }
      consents(first: 50) {
        nodes {
          id
          clientId
          clientName
          scopes
          createdAt
          updatedAt
        }
      }
    }
    emailChange {
      email
      expiresAt
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SessionFields on Session {
  id
  device
  ip
  userAgent
  amr
  acr
  authTime
  createdAt
  lastSeenAt
  expiresAt
  isCurrent
  impersonator {
    ...PersonFields
  }
}
"""

VIEWER_EMAIL_CHANGE_START = """
mutation ViewerEmailChangeStart($input: ViewerEmailChangeStartInput!) {
  viewerEmailChangeStart(input: $input) {
    emailChange {
      email
      expiresAt
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

VIEWER_EMAIL_CHANGE_WITHDRAW = """
mutation ViewerEmailChangeWithdraw($input: ViewerEmailChangeWithdrawInput!) {
  viewerEmailChangeWithdraw(input: $input) {
    user {
      id
      email
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

VIEWER_PASSWORD_CHANGE = """
mutation ViewerPasswordChange($input: ViewerPasswordChangeInput!) {
  viewerPasswordChange(input: $input) {
    user {
      id
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

VIEWER_UPDATE = """
mutation ViewerUpdate($input: ViewerUpdateInput!) {
  viewerUpdate(input: $input) {
    user {
      id
      name
      username
      picture
      locale
      zoneinfo
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

VIEWER_VERIFICATION_SEND = """
mutation ViewerVerificationSend($input: ViewerVerificationSendInput!) {
  viewerVerificationSend(input: $input) {
    user {
      id
      emailVerified
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

API_KEY = """
query ApiKey($id: ID!, $first: Int) {
  apiKey(id: $id) {
    ...ApiKeyDetailFields
    tuples(first: $first) {
      nodes {
        ...TupleFields
      }
      totalCount
    }
    permissions {
      permissions
      abacRequired
      isTruncated
    }
  }
}

fragment ApiKeyDetailFields on ApiKey {
  ...ApiKeyRowFields
  owner {
    ...SubjectFields
  }
  note
  scopes
  allowedAddresses
  rateLimitPerMinute
  rotatedAt
  formerEndsAt
  updatedAt
  createdBy {
    ...SubjectFields
  }
}

fragment ApiKeyRowFields on ApiKey {
  id
  name
  hint
  status
  isEnabled
  uses
  expiresAt
  lastUsedAt
  createdAt
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment TupleFields on Tuple {
  id
  entity {
    ...EntityFields
  }
  relation
  subject {
    ...SubjectFields
  }
  condition {
    name
    context
  }
  policy
  startsAt
  expiresAt
  createdRevision
  createdAt
  writtenBy {
    ...SubjectFields
  }
  reason
}
"""

API_KEY_CREATE = """
mutation ApiKeyCreate($input: ApiKeyCreateInput!) {
  apiKeyCreate(input: $input) {
    apiKey {
      ...ApiKeyDetailFields
    }
    secret
    errors {
      ...UserErrorFields
    }
  }
}

fragment ApiKeyDetailFields on ApiKey {
  ...ApiKeyRowFields
  owner {
    ...SubjectFields
  }
  note
  scopes
  allowedAddresses
  rateLimitPerMinute
  rotatedAt
  formerEndsAt
  updatedAt
  createdBy {
    ...SubjectFields
  }
}

fragment ApiKeyRowFields on ApiKey {
  id
  name
  hint
  status
  isEnabled
  uses
  expiresAt
  lastUsedAt
  createdAt
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

API_KEY_DELETE = """
mutation ApiKeyDelete($input: ApiKeyDeleteInput!) {
  apiKeyDelete(input: $input) {
    deletedId
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

API_KEY_DISABLE = """
mutation ApiKeyDisable($input: ApiKeyDisableInput!) {
  apiKeyDisable(input: $input) {
    apiKey {
      ...ApiKeyDetailFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment ApiKeyDetailFields on ApiKey {
  ...ApiKeyRowFields
  owner {
    ...SubjectFields
  }
  note
  scopes
  allowedAddresses
  rateLimitPerMinute
  rotatedAt
  formerEndsAt
  updatedAt
  createdBy {
    ...SubjectFields
  }
}

fragment ApiKeyRowFields on ApiKey {
  id
  name
  hint
  status
  isEnabled
  uses
  expiresAt
  lastUsedAt
  createdAt
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

API_KEY_ENABLE = """
mutation ApiKeyEnable($input: ApiKeyEnableInput!) {
  apiKeyEnable(input: $input) {
    apiKey {
      ...ApiKeyDetailFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment ApiKeyDetailFields on ApiKey {
  ...ApiKeyRowFields
  owner {
    ...SubjectFields
  }
  note
  scopes
  allowedAddresses
  rateLimitPerMinute
  rotatedAt
  formerEndsAt
  updatedAt
  createdBy {
    ...SubjectFields
  }
}

fragment ApiKeyRowFields on ApiKey {
  id
  name
  hint
  status
  isEnabled
  uses
  expiresAt
  lastUsedAt
  createdAt
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

API_KEY_ROTATE = """
mutation ApiKeyRotate($input: ApiKeyRotateInput!) {
  apiKeyRotate(input: $input) {
    apiKey {
      ...ApiKeyDetailFields
    }
    secret
    errors {
      ...UserErrorFields
    }
  }
}

fragment ApiKeyDetailFields on ApiKey {
  ...ApiKeyRowFields
  owner {
    ...SubjectFields
  }
  note
  scopes
  allowedAddresses
  rateLimitPerMinute
  rotatedAt
  formerEndsAt
  updatedAt
  createdBy {
    ...SubjectFields
  }
}

fragment ApiKeyRowFields on ApiKey {
  id
  name
  hint
  status
  isEnabled
  uses
  expiresAt
  lastUsedAt
  createdAt
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

API_KEY_UPDATE = """
mutation ApiKeyUpdate($input: ApiKeyUpdateInput!) {
  apiKeyUpdate(input: $input) {
    apiKey {
      ...ApiKeyDetailFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment ApiKeyDetailFields on ApiKey {
  ...ApiKeyRowFields
  owner {
    ...SubjectFields
  }
  note
  scopes
  allowedAddresses
  rateLimitPerMinute
  rotatedAt
  formerEndsAt
  updatedAt
  createdBy {
    ...SubjectFields
  }
}

fragment ApiKeyRowFields on ApiKey {
  id
  name
  hint
  status
  isEnabled
  uses
  expiresAt
  lastUsedAt
  createdAt
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

API_KEYS = """
query ApiKeys(
  $first: Int
  $after: String
  $last: Int
  $before: String
  $filter: ApiKeyFilter
  $sort: ApiKeySort! = CREATED_AT_DESC
  $withOwner: Boolean! = true
) {
  apiKeys(first: $first, after: $after, last: $last, before: $before, filter: $filter, sort: $sort) {
    nodes {
      ...ApiKeyRowFields
      owner @include(if: $withOwner) {
        ...SubjectFields
      }
    }
    pageInfo {
      ...PageFields
    }
    totalCount
  }
}

fragment ApiKeyRowFields on ApiKey {
  id
  name
  hint
  status
  isEnabled
  uses
  expiresAt
  lastUsedAt
  createdAt
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

CLIENT_API_KEYS = """
query ClientApiKeys($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  client(id: $id) {
    id
    apiKeys(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...ApiKeyRowFields
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment ApiKeyRowFields on ApiKey {
  id
  name
  hint
  status
  isEnabled
  uses
  expiresAt
  lastUsedAt
  createdAt
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
"""

OWN_API_KEYS = """
query OwnApiKeys($first: Int, $after: String, $last: Int, $before: String) {
  viewer {
    apiKeys(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...ApiKeyRowFields
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment ApiKeyRowFields on ApiKey {
  id
  name
  hint
  status
  isEnabled
  uses
  expiresAt
  lastUsedAt
  createdAt
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
"""

USER_API_KEYS = """
query UserApiKeys($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  user(id: $id) {
    id
    apiKeys(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...ApiKeyRowFields
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment ApiKeyRowFields on ApiKey {
  id
  name
  hint
  status
  isEnabled
  uses
  expiresAt
  lastUsedAt
  createdAt
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
"""

AUDIT_EVENTS = """
query AuditEvents(
  $first: Int
  $after: String
  $last: Int
  $before: String
  $filter: AuditEventFilter
) {
  auditEvents(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes {
      ...AuditEventDetailFields
    }
    pageInfo {
      ...PageFields
    }
  }
}

fragment AuditEventDetailFields on AuditEvent {
  ...AuditEventFields
  client {
    id
    name
  }
  before
  after
  ip
  userAgent
  requestId
  reason
}

fragment AuditEventFields on AuditEvent {
  id
  action
  outcome
  occurredAt
  actorType
  actorId
  actor {
    ...PersonFields
  }
  impersonator {
    ...PersonFields
  }
  clientId
  targetType
  targetId
  target {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}
"""

AUDIT_EVENTS_STREAM = """
subscription AuditEventsStream($filter: AuditEventFilter, $after: String) {
  auditEvents(filter: $filter, after: $after) {
    cursor
    node {
      ...AuditEventFields
    }
  }
}

fragment AuditEventFields on AuditEvent {
  id
  action
  outcome
  occurredAt
  actorType
  actorId
  actor {
    ...PersonFields
  }
  impersonator {
    ...PersonFields
  }
  clientId
  targetType
  targetId
  target {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}
"""

ACTIONS = """
query Actions($entity: EntityInput!, $subject: SubjectInput, $context: JSON, $consistency: ConsistencyInput) {
  actions(entity: $entity, subject: $subject, context: $context, consistency: $consistency) {
    action
    answer {
      ...CheckAnswerFields
    }
  }
}

fragment CheckAnswerFields on CheckAnswer {
  allowed
  decision
  source
  checkedAt
  problem {
    code
    message
    field
  }
}
"""

CHECK = """
query Check($input: CheckInput!, $consistency: ConsistencyInput) {
  check(input: $input, consistency: $consistency) {
    ...CheckAnswerFields
  }
}

fragment CheckAnswerFields on CheckAnswer {
  allowed
  decision
  source
  checkedAt
  problem {
    code
    message
    field
  }
}
"""

CHECK_CHANGED = """
subscription CheckChanged($input: CheckInput!) {
  checkChanged(input: $input) {
    ...CheckAnswerFields
  }
}

fragment CheckAnswerFields on CheckAnswer {
  allowed
  decision
  source
  checkedAt
  problem {
    code
    message
    field
  }
}
"""

CHECKS = """
query Checks($inputs: [CheckInput!]!, $consistency: ConsistencyInput) {
  checks(inputs: $inputs, consistency: $consistency) {
    ...CheckAnswerFields
  }
}

fragment CheckAnswerFields on CheckAnswer {
  allowed
  decision
  source
  checkedAt
  problem {
    code
    message
    field
  }
}
"""

CLIENT_TUPLES = """
query ClientTuples(
  $id: ID!
  $first: Int
  $after: String
  $last: Int
  $before: String
  $withGrants: Boolean! = true
) {
  client(id: $id) {
    id
    tuples(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...TupleFields
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
    grants(first: 20) @include(if: $withGrants) {
      nodes {
        ...TupleFields
      }
    }
  }
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment TupleFields on Tuple {
  id
  entity {
    ...EntityFields
  }
  relation
  subject {
    ...SubjectFields
  }
  condition {
    name
    context
  }
  policy
  startsAt
  expiresAt
  createdRevision
  createdAt
  writtenBy {
    ...SubjectFields
  }
  reason
}
"""

EXPAND = """
query Expand($entity: EntityInput!, $relation: String!, $consistency: ConsistencyInput) {
  expand(entity: $entity, relation: $relation, consistency: $consistency) {
    nodes {
      id
      parentId
      depth
      kind
      label
      usersets {
        ...SubjectFields
      }
      tuples {
        ...TupleKeyFields
      }
      isCut
    }
    checkedAt
  }
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment TupleKeyFields on TupleKey {
  text
  entity {
    ...EntityFields
  }
  relation
  subject {
    ...SubjectFields
  }
}
"""

EXPLAIN = """
query Explain($input: CheckInput!, $consistency: ConsistencyInput) {
  explain(input: $input, consistency: $consistency) {
    answer {
      ...CheckAnswerFields
    }
    nodes {
      id
      parentId
      depth
      kind
      label
      decision
      tuple {
        ...TupleKeyFields
      }
      problem
      policy
      version
      durationMicroseconds
      inputs
    }
    missing {
      ...TupleKeyFields
    }
    missingConditioned {
      key {
        ...TupleKeyFields
      }
      condition
    }
  }
}

fragment CheckAnswerFields on CheckAnswer {
  allowed
  decision
  source
  checkedAt
  problem {
    code
    message
    field
  }
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment TupleKeyFields on TupleKey {
  text
  entity {
    ...EntityFields
  }
  relation
  subject {
    ...SubjectFields
  }
}
"""

LIST_OBJECTS = """
query ListObjects(
  $action: String!
  $type: String!
  $subject: SubjectInput
  $context: JSON
  $contextualTuples: [TupleInput!]
  $consistency: ConsistencyInput
  $first: Int
  $after: String
  $last: Int
  $before: String
) {
  listObjects(
    action: $action
    type: $type
    subject: $subject
    context: $context
    contextualTuples: $contextualTuples
    consistency: $consistency
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    nodes {
      entity {
        ...EntityFields
      }
      isDecided
    }
    pageInfo {
      ...PageFields
    }
    totalCount
    checkedAt
  }
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}
"""

LIST_SUBJECTS = """
query ListSubjects(
  $entity: EntityInput!
  $action: String!
  $type: String!
  $relation: String
  $context: JSON
  $contextualTuples: [TupleInput!]
  $consistency: ConsistencyInput
  $first: Int
  $after: String
  $last: Int
  $before: String
) {
  listSubjects(
    entity: $entity
    action: $action
    type: $type
    relation: $relation
    context: $context
    contextualTuples: $contextualTuples
    consistency: $consistency
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    nodes {
      ...FoundSubjectFields
    }
    pageInfo {
      ...PageFields
    }
    totalCount
    checkedAt
  }
}

fragment FoundSubjectFields on FoundSubject {
  subject {
    ...SubjectFields
  }
  isDecided
  way {
    text
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

MODEL = """
query Model($scope: ID) {
  model(scope: $scope) {
    ...ModelDetailFields
  }
}

fragment ModelDetailFields on Model {
  ...ModelRowFields
  client {
    id
    name
  }
  source
  json
  types {
    ...ModelTypeFields
  }
  conditions {
    name
    parameters
    expression
  }
}

fragment ModelRowFields on Model {
  id
  scope
  version
  note
  isCurrent
  createdAt
  author {
    ...SubjectFields
  }
}

fragment ModelTypeFields on ModelType {
  name
  relations {
    name
    definition
    isHierarchy
  }
  permissions {
    name
    relation
    policy
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

MODEL_IMPACT = """
query ModelImpact($input: ModelPreviewInput!) {
  modelImpact(input: $input) {
    gained
    lost
    gainedConditionally
    lostConditionally
    isComplete
    omissions
    changes {
      kind
      subject {
        ...SubjectFields
      }
      action
      entity {
        ...EntityFields
      }
      before
      after
    }
  }
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

MODEL_PREVIEW = """
query ModelPreview($input: ModelPreviewInput!) {
  modelPreview(input: $input) {
    ...ModelPreviewFields
  }
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment ModelPreviewFields on ModelPreview {
  problems {
    ...ModelProblemFields
  }
  source
  diff
  blockers {
    kind
    reason
    count
    samples
  }
  failedAssertions {
    text
    expected
    actual
    line
  }
  impact {
    gained
    lost
    gainedConditionally
    lostConditionally
    isComplete
    omissions
    changes {
      kind
      subject {
        ...SubjectFields
      }
      action
      entity {
        ...EntityFields
      }
      before
      after
    }
  }
}

fragment ModelProblemFields on ModelProblem {
  code
  message
  line
  column
  path
  excerpt
  hint
  isWarning
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

MODEL_PROBLEMS = """
query ModelProblems($input: ModelPreviewInput!) {
  modelPreview(input: $input) {
    problems {
      ...ModelProblemFields
    }
  }
}

fragment ModelProblemFields on ModelProblem {
  code
  message
  line
  column
  path
  excerpt
  hint
  isWarning
}
"""

MODEL_SAVE = """
mutation ModelSave($input: ModelSaveInput!) {
  modelSave(input: $input) {
    model {
      ...ModelDetailFields
    }
    preview {
      ...ModelPreviewFields
    }
    problems {
      ...ModelProblemFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment ModelDetailFields on Model {
  ...ModelRowFields
  client {
    id
    name
  }
  source
  json
  types {
    ...ModelTypeFields
  }
  conditions {
    name
    parameters
    expression
  }
}

fragment ModelPreviewFields on ModelPreview {
  problems {
    ...ModelProblemFields
  }
  source
  diff
  blockers {
    kind
    reason
    count
    samples
  }
  failedAssertions {
    text
    expected
    actual
    line
  }
  impact {
    gained
    lost
    gainedConditionally
    lostConditionally
    isComplete
    omissions
    changes {
      kind
      subject {
        ...SubjectFields
      }
      action
      entity {
        ...EntityFields
      }
      before
      after
    }
  }
}

fragment ModelProblemFields on ModelProblem {
  code
  message
  line
  column
  path
  excerpt
  hint
  isWarning
}

fragment ModelRowFields on Model {
  id
  scope
  version
  note
  isCurrent
  createdAt
  author {
    ...SubjectFields
  }
}

fragment ModelTypeFields on ModelType {
  name
  relations {
    name
    definition
    isHierarchy
  }
  permissions {
    name
    relation
    policy
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

MODEL_VERSION = """
query ModelVersion($id: ID!, $from: Int) {
  modelVersion(id: $id) {
    ...ModelDetailFields
    diff(from: $from)
  }
}

fragment ModelDetailFields on Model {
  ...ModelRowFields
  client {
    id
    name
  }
  source
  json
  types {
    ...ModelTypeFields
  }
  conditions {
    name
    parameters
    expression
  }
}

fragment ModelRowFields on Model {
  id
  scope
  version
  note
  isCurrent
  createdAt
  author {
    ...SubjectFields
  }
}

fragment ModelTypeFields on ModelType {
  name
  relations {
    name
    definition
    isHierarchy
  }
  permissions {
    name
    relation
    policy
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

MODEL_VERSIONS = """
query ModelVersions($scope: ID, $first: Int, $after: String, $last: Int, $before: String) {
  model(scope: $scope) {
    id
    versions(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...ModelRowFields
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment ModelRowFields on Model {
  id
  scope
  version
  note
  isCurrent
  createdAt
  author {
    ...SubjectFields
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

MODELS = """
query Models(
  $withOwn: Boolean! = true
  $withClients: Boolean! = true
  $first: Int = 100
  $after: String
  $last: Int
  $before: String
) {
  model @include(if: $withOwn) {
    ...ModelRowFields
    types {
      name
    }
  }
  clients(first: $first, after: $after, last: $last, before: $before, sort: NAME_ASC) @include(if: $withClients) {
    nodes {
      ...ClientRowFields
      model {
        ...ModelRowFields
        types {
          name
        }
      }
    }
    pageInfo {
      ...PageFields
    }
  }
}

fragment ClientRowFields on Client {
  id
  name
  description
  kind
  isEnabled
  isFirstParty
  isDeclared
  source
  logoUri
  createdAt
}

fragment ModelRowFields on Model {
  id
  scope
  version
  note
  isCurrent
  createdAt
  author {
    ...SubjectFields
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

SYSTEM_MODEL = """
query SystemModel {
  systemModel {
    source
    json
    types {
      ...ModelTypeFields
    }
  }
}

fragment ModelTypeFields on ModelType {
  name
  relations {
    name
    definition
    isHierarchy
  }
  permissions {
    name
    relation
    policy
  }
}
"""

TOKEN_CLAIMS = """
query TokenClaims($userId: ID!, $clientId: ID!, $scopes: [String!]) {
  tokenPreview(userId: $userId, clientId: $clientId) {
    claims(scopes: $scopes) {
      accessToken
      idToken
    }
    isTruncated
  }
}
"""

TOKEN_PREVIEW = """
query TokenPreview($userId: ID, $subject: SubjectInput, $clientId: ID) {
  tokenPreview(userId: $userId, subject: $subject, clientId: $clientId) {
    ...PermissionsFields
  }
}

fragment PermissionsFields on Permissions {
  permissions
  abacRequired
  isTruncated
  sizeBytes
}
"""

TUPLES = """
query Tuples($filter: TupleFilter, $first: Int, $after: String, $last: Int, $before: String) {
  tuples(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes {
      ...TupleFields
    }
    pageInfo {
      ...PageFields
    }
    totalCount
  }
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment TupleFields on Tuple {
  id
  entity {
    ...EntityFields
  }
  relation
  subject {
    ...SubjectFields
  }
  condition {
    name
    context
  }
  policy
  startsAt
  expiresAt
  createdRevision
  createdAt
  writtenBy {
    ...SubjectFields
  }
  reason
}
"""

TUPLES_CHANGED = """
subscription TuplesChanged($after: String, $filter: TupleFilter) {
  tuplesChanged(after: $after, filter: $filter) {
    cursor
    node {
      revision
      kind
      tupleId
      entity {
        ...EntityFields
      }
      relation
      subject {
        ...SubjectFields
      }
      condition {
        name
        context
      }
      policy
      startsAt
      expiresAt
      writtenBy {
        ...SubjectFields
      }
      reason
      occurredAt
    }
  }
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

TUPLES_DELETE = """
mutation TuplesDelete($input: TuplesDeleteInput!) {
  tuplesDelete(input: $input) {
    revision
    token
    deletedCount
    hasMore
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

TUPLES_WRITE = """
mutation TuplesWrite($input: TuplesWriteInput!) {
  tuplesWrite(input: $input) {
    revision
    token
    created {
      text
    }
    changed {
      text
    }
    deleted {
      text
    }
    isRepeat
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

TYPE_NAMES = """
query TypeNames {
  systemModel {
    types {
      name
    }
  }
  model {
    types {
      name
    }
  }
  clients(first: 100, sort: NAME_ASC) {
    nodes {
      id
      model {
        types {
          name
        }
      }
    }
    pageInfo {
      hasNextPage
    }
  }
}
"""

USER_PERMISSIONS = """
query UserPermissions($id: ID!, $clientId: ID) {
  user(id: $id) {
    id
    permissions(clientId: $clientId) {
      ...PermissionsFields
    }
  }
}

fragment PermissionsFields on Permissions {
  permissions
  abacRequired
  isTruncated
  sizeBytes
}
"""

USER_TUPLES = """
query UserTuples($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  user(id: $id) {
    id
    tuples(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...TupleFields
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment EntityFields on Entity {
  type
  id
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment TupleFields on Tuple {
  id
  entity {
    ...EntityFields
  }
  relation
  subject {
    ...SubjectFields
  }
  condition {
    name
    context
  }
  policy
  startsAt
  expiresAt
  createdRevision
  createdAt
  writtenBy {
    ...SubjectFields
  }
  reason
}
"""

VIEWER_PERMISSIONS = """
query ViewerPermissions($clientId: ID) {
  viewer {
    permissions(clientId: $clientId) {
      ...PermissionsFields
    }
  }
}

fragment PermissionsFields on Permissions {
  permissions
  abacRequired
  isTruncated
  sizeBytes
}
"""

WHO_CAN = """
query WhoCan($entity: EntityInput!, $action: String!, $context: JSON, $consistency: ConsistencyInput, $first: Int) {
  whoCan(entity: $entity, action: $action, context: $context, consistency: $consistency, first: $first) {
    users {
      totalCount
      nodes {
        ...FoundSubjectFields
      }
    }
    groups {
      totalCount
      nodes {
        ...FoundSubjectFields
      }
    }
    apiKeys {
      totalCount
      nodes {
        ...FoundSubjectFields
      }
    }
    clients {
      totalCount
      nodes {
        ...FoundSubjectFields
      }
    }
    checkedAt
  }
}

fragment FoundSubjectFields on FoundSubject {
  subject {
    ...SubjectFields
  }
  isDecided
  way {
    text
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

CLIENT = """
query Client($id: ID!) {
  client(id: $id) {
    ...ClientDetailFields
  }
}

fragment ClientDetailFields on Client {
  ...ClientRowFields
  redirectUris
  postLogoutRedirectUris
  grantTypes
  responseTypes
  scopes
  tokenEndpointAuthMethod
  tokenEndpointAuthSigningAlg
  jwks
  jwksUri
  allowedAudiences
  tokenExchangeClients
  idTokenSignedResponseAlg
  accessTokenTtlSeconds
  refreshTokenTtlSeconds
  requirePkce
  resourceUris
  requireMfa
  subjectType
  sectorIdentifierUri
  userinfoSignedResponseAlg
  introspectionSignedResponseAlg
  requestObjectSigningAlg
  requireSignedRequestObject
  requirePushedAuthorizationRequests
  requestUris
  dpopBoundAccessTokens
  defaultMaxAge
  defaultAcrValues
  initiateLoginUri
  backchannelLogoutUri
  backchannelLogoutSessionRequired
  frontchannelLogoutUri
  frontchannelLogoutSessionRequired
  softwareId
  softwareVersion
  clientUri
  tosUri
  policyUri
  contacts
  updatedAt
  registeredBy {
    id
    name
  }
  secrets {
    id
    hint
    createdAt
    expiresAt
    lastUsedAt
  }
}

fragment ClientRowFields on Client {
  id
  name
  description
  kind
  isEnabled
  isFirstParty
  isDeclared
  source
  logoUri
  createdAt
}
"""

CLIENT_CREATE = """
mutation ClientCreate($input: ClientCreateInput!) {
  clientCreate(input: $input) {
    client {
      ...ClientDetailFields
    }
    clientSecret
    errors {
      ...UserErrorFields
    }
  }
}

fragment ClientDetailFields on Client {
  ...ClientRowFields
  redirectUris
  postLogoutRedirectUris
  grantTypes
  responseTypes
  scopes
  tokenEndpointAuthMethod
  tokenEndpointAuthSigningAlg
  jwks
  jwksUri
  allowedAudiences
  tokenExchangeClients
  idTokenSignedResponseAlg
  accessTokenTtlSeconds
  refreshTokenTtlSeconds
  requirePkce
  resourceUris
  requireMfa
  subjectType
  sectorIdentifierUri
  userinfoSignedResponseAlg
  introspectionSignedResponseAlg
  requestObjectSigningAlg
  requireSignedRequestObject
  requirePushedAuthorizationRequests
  requestUris
  dpopBoundAccessTokens
  defaultMaxAge
  defaultAcrValues
  initiateLoginUri
  backchannelLogoutUri
  backchannelLogoutSessionRequired
  frontchannelLogoutUri
  frontchannelLogoutSessionRequired
  softwareId
  softwareVersion
  clientUri
  tosUri
  policyUri
  contacts
  updatedAt
  registeredBy {
    id
    name
  }
  secrets {
    id
    hint
    createdAt
    expiresAt
    lastUsedAt
  }
}

fragment ClientRowFields on Client {
  id
  name
  description
  kind
  isEnabled
  isFirstParty
  isDeclared
  source
  logoUri
  createdAt
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

CLIENT_DELETE = """
mutation ClientDelete($input: ClientDeleteInput!) {
  clientDelete(input: $input) {
    deletedId
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

CLIENT_SECRET_ROTATE = """
mutation ClientSecretRotate($input: ClientSecretRotateInput!) {
  clientSecretRotate(input: $input) {
    client {
      ...ClientDetailFields
    }
    clientSecret
    errors {
      ...UserErrorFields
    }
  }
}

fragment ClientDetailFields on Client {
  ...ClientRowFields
  redirectUris
  postLogoutRedirectUris
  grantTypes
  responseTypes
  scopes
  tokenEndpointAuthMethod
  tokenEndpointAuthSigningAlg
  jwks
  jwksUri
  allowedAudiences
  tokenExchangeClients
  idTokenSignedResponseAlg
  accessTokenTtlSeconds
  refreshTokenTtlSeconds
  requirePkce
  resourceUris
  requireMfa
  subjectType
  sectorIdentifierUri
  userinfoSignedResponseAlg
  introspectionSignedResponseAlg
  requestObjectSigningAlg
  requireSignedRequestObject
  requirePushedAuthorizationRequests
  requestUris
  dpopBoundAccessTokens
  defaultMaxAge
  defaultAcrValues
  initiateLoginUri
  backchannelLogoutUri
  backchannelLogoutSessionRequired
  frontchannelLogoutUri
  frontchannelLogoutSessionRequired
  softwareId
  softwareVersion
  clientUri
  tosUri
  policyUri
  contacts
  updatedAt
  registeredBy {
    id
    name
  }
  secrets {
    id
    hint
    createdAt
    expiresAt
    lastUsedAt
  }
}

fragment ClientRowFields on Client {
  id
  name
  description
  kind
  isEnabled
  isFirstParty
  isDeclared
  source
  logoUri
  createdAt
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

CLIENT_UPDATE = """
mutation ClientUpdate($input: ClientUpdateInput!) {
  clientUpdate(input: $input) {
    client {
      ...ClientDetailFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment ClientDetailFields on Client {
  ...ClientRowFields
  redirectUris
  postLogoutRedirectUris
  grantTypes
  responseTypes
  scopes
  tokenEndpointAuthMethod
  tokenEndpointAuthSigningAlg
  jwks
  jwksUri
  allowedAudiences
  tokenExchangeClients
  idTokenSignedResponseAlg
  accessTokenTtlSeconds
  refreshTokenTtlSeconds
  requirePkce
  resourceUris
  requireMfa
  subjectType
  sectorIdentifierUri
  userinfoSignedResponseAlg
  introspectionSignedResponseAlg
  requestObjectSigningAlg
  requireSignedRequestObject
  requirePushedAuthorizationRequests
  requestUris
  dpopBoundAccessTokens
  defaultMaxAge
  defaultAcrValues
  initiateLoginUri
  backchannelLogoutUri
  backchannelLogoutSessionRequired
  frontchannelLogoutUri
  frontchannelLogoutSessionRequired
  softwareId
  softwareVersion
  clientUri
  tosUri
  policyUri
  contacts
  updatedAt
  registeredBy {
    id
    name
  }
  secrets {
    id
    hint
    createdAt
    expiresAt
    lastUsedAt
  }
}

fragment ClientRowFields on Client {
  id
  name
  description
  kind
  isEnabled
  isFirstParty
  isDeclared
  source
  logoUri
  createdAt
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

CLIENTS = """
query Clients(
  $first: Int
  $after: String
  $last: Int
  $before: String
  $filter: ClientFilter
  $sort: ClientSort! = CREATED_AT_DESC
) {
  clients(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
    sort: $sort
  ) {
    nodes {
      ...ClientRowFields
    }
    pageInfo {
      ...PageFields
    }
    totalCount
  }
}

fragment ClientRowFields on Client {
  id
  name
  description
  kind
  isEnabled
  isFirstParty
  isDeclared
  source
  logoUri
  createdAt
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
"""

INITIAL_ACCESS_TOKEN_CREATE = """
mutation InitialAccessTokenCreate($input: InitialAccessTokenCreateInput!) {
  initialAccessTokenCreate(input: $input) {
    initialAccessToken {
      ...InitialAccessTokenFields
    }
    token
    errors {
      ...UserErrorFields
    }
  }
}

fragment InitialAccessTokenFields on InitialAccessToken {
  id
  name
  hint
  scopes
  grantTypes
  requirePkce
  maxUses
  uses
  isUsable
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

INITIAL_ACCESS_TOKEN_REVOKE = """
mutation InitialAccessTokenRevoke($input: InitialAccessTokenRevokeInput!) {
  initialAccessTokenRevoke(input: $input) {
    initialAccessToken {
      ...InitialAccessTokenFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment InitialAccessTokenFields on InitialAccessToken {
  id
  name
  hint
  scopes
  grantTypes
  requirePkce
  maxUses
  uses
  isUsable
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

INITIAL_ACCESS_TOKENS = """
query InitialAccessTokens(
  $first: Int
  $after: String
  $last: Int
  $before: String
) {
  initialAccessTokens(
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    nodes {
      ...InitialAccessTokenFields
    }
    pageInfo {
      ...PageFields
    }
    totalCount
  }
}

fragment InitialAccessTokenFields on InitialAccessToken {
  id
  name
  hint
  scopes
  grantTypes
  requirePkce
  maxUses
  uses
  isUsable
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
"""

CONSENT_WITHDRAW = """
mutation ConsentWithdraw($input: ConsentWithdrawInput!) {
  consentWithdraw(input: $input) {
    user {
      id
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

USER_CLIENTS = """
query UserClients($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  user(id: $id) {
    id
    clients(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...ClientRowFields
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment ClientRowFields on Client {
  id
  name
  description
  kind
  isEnabled
  isFirstParty
  isDeclared
  source
  logoUri
  createdAt
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
"""

USER_CONSENTS = """
query UserConsents($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  user(id: $id) {
    id
    consents(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        clientId
        clientName
        scopes
        createdAt
        updatedAt
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
"""

REGISTRATION_CONTEXT = """
query RegistrationContext($id: ID, $slug: String) {
  registrationContext(id: $id, slug: $slug) {
    ...RegistrationContextFields
  }
}

fragment RegistrationContextFields on RegistrationContext {
  id
  slug
  name
  description
  clientId
  client {
    id
    name
  }
  grants {
    entityType
    entityId
    relation
  }
  allowedOrigins
  allowedDomains
  isEnabled
  appliedCount
  createdAt
  updatedAt
}
"""

REGISTRATION_CONTEXT_CREATE = """
mutation RegistrationContextCreate($input: RegistrationContextCreateInput!) {
  registrationContextCreate(input: $input) {
    registrationContext {
      ...RegistrationContextFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment RegistrationContextFields on RegistrationContext {
  id
  slug
  name
  description
  clientId
  client {
    id
    name
  }
  grants {
    entityType
    entityId
    relation
  }
  allowedOrigins
  allowedDomains
  isEnabled
  appliedCount
  createdAt
  updatedAt
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

REGISTRATION_CONTEXT_DELETE = """
mutation RegistrationContextDelete($input: RegistrationContextDeleteInput!) {
  registrationContextDelete(input: $input) {
    deletedId
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

REGISTRATION_CONTEXT_UPDATE = """
mutation RegistrationContextUpdate($input: RegistrationContextUpdateInput!) {
  registrationContextUpdate(input: $input) {
    registrationContext {
      ...RegistrationContextFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment RegistrationContextFields on RegistrationContext {
  id
  slug
  name
  description
  clientId
  client {
    id
    name
  }
  grants {
    entityType
    entityId
    relation
  }
  allowedOrigins
  allowedDomains
  isEnabled
  appliedCount
  createdAt
  updatedAt
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

REGISTRATION_CONTEXTS = """
query RegistrationContexts(
  $first: Int
  $after: String
  $last: Int
  $before: String
  $filter: RegistrationContextFilter
  $sort: RegistrationContextSort! = SLUG_ASC
) {
  registrationContexts(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
    sort: $sort
  ) {
    nodes {
      ...RegistrationContextFields
    }
    pageInfo {
      ...PageFields
    }
    totalCount
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment RegistrationContextFields on RegistrationContext {
  id
  slug
  name
  description
  clientId
  client {
    id
    name
  }
  grants {
    entityType
    entityId
    relation
  }
  allowedOrigins
  allowedDomains
  isEnabled
  appliedCount
  createdAt
  updatedAt
}
"""

PASSKEY_REGISTER = """
mutation PasskeyRegister($input: PasskeyRegisterInput!) {
  passkeyRegister(input: $input) {
    passkey {
      id
      name
    }
    factors {
      ...FactorsFields
    }
    recoveryCodes
    errors {
      ...UserErrorFields
    }
  }
}

fragment FactorsFields on Factors {
  isProtected
  recoveryCodesLeft
  totp {
    createdAt
    lastUsedAt
  }
  passkeys {
    id
    name
    aaguid
    isBackupEligible
    isBackedUp
    createdAt
    lastUsedAt
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

PASSKEY_REMOVE = """
mutation PasskeyRemove($input: PasskeyRemoveInput!) {
  passkeyRemove(input: $input) {
    deletedId
    factors {
      ...FactorsFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment FactorsFields on Factors {
  isProtected
  recoveryCodesLeft
  totp {
    createdAt
    lastUsedAt
  }
  passkeys {
    id
    name
    aaguid
    isBackupEligible
    isBackedUp
    createdAt
    lastUsedAt
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

PASSKEY_RENAME = """
mutation PasskeyRename($input: PasskeyRenameInput!) {
  passkeyRename(input: $input) {
    passkey {
      id
      name
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

PASSKEY_START = """
mutation PasskeyStart($input: PasskeyStartInput!) {
  passkeyStart(input: $input) {
    options
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

RECOVERY_CODES_REGENERATE = """
mutation RecoveryCodesRegenerate($input: RecoveryCodesRegenerateInput!) {
  recoveryCodesRegenerate(input: $input) {
    recoveryCodes
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

TOTP_CONFIRM = """
mutation TotpConfirm($input: TotpConfirmInput!) {
  totpConfirm(input: $input) {
    factors {
      ...FactorsFields
    }
    recoveryCodes
    errors {
      ...UserErrorFields
    }
  }
}

fragment FactorsFields on Factors {
  isProtected
  recoveryCodesLeft
  totp {
    createdAt
    lastUsedAt
  }
  passkeys {
    id
    name
    aaguid
    isBackupEligible
    isBackedUp
    createdAt
    lastUsedAt
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

TOTP_REMOVE = """
mutation TotpRemove($input: TotpRemoveInput!) {
  totpRemove(input: $input) {
    factors {
      ...FactorsFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment FactorsFields on Factors {
  isProtected
  recoveryCodesLeft
  totp {
    createdAt
    lastUsedAt
  }
  passkeys {
    id
    name
    aaguid
    isBackupEligible
    isBackedUp
    createdAt
    lastUsedAt
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

TOTP_START = """
mutation TotpStart($input: TotpStartInput!) {
  totpStart(input: $input) {
    setup
    secret
    uri
    qrCode
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

USER_FACTORS = """
query UserFactors($id: ID!) {
  user(id: $id) {
    id
    factors {
      ...FactorsFields
    }
  }
}

fragment FactorsFields on Factors {
  isProtected
  recoveryCodesLeft
  totp {
    createdAt
    lastUsedAt
  }
  passkeys {
    id
    name
    aaguid
    isBackupEligible
    isBackedUp
    createdAt
    lastUsedAt
  }
}
"""

USER_FACTORS_RESET = """
mutation UserFactorsReset($input: UserFactorsResetInput!) {
  userFactorsReset(input: $input) {
    user {
      id
      email
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

VIEWER_FACTORS = """
query ViewerFactors {
  viewer {
    user {
      id
      factors {
        ...FactorsFields
      }
    }
  }
}

fragment FactorsFields on Factors {
  isProtected
  recoveryCodesLeft
  totp {
    createdAt
    lastUsedAt
  }
  passkeys {
    id
    name
    aaguid
    isBackupEligible
    isBackedUp
    createdAt
    lastUsedAt
  }
}
"""

IMPERSONATION_START = """
mutation ImpersonationStart($input: ImpersonationStartInput!) {
  impersonationStart(input: $input) {
    path
    expiresAt
    user {
      ...PersonFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

IMPERSONATION_STOP = """
mutation ImpersonationStop {
  impersonationStop(input: {}) {
    user {
      ...PersonFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

JOB = """
subscription Job($id: ID!) {
  job(id: $id) {
    id
    kind
    state
    attempt
    maxAttempts
    createdAt
    dueAt
    finishedAt
    progress {
      done
      total
    }
    result
    error
  }
}
"""

VIEWER_DATA_EXPORT = """
mutation ViewerDataExport($input: ViewerDataExportInput!) {
  viewerDataExport(input: $input) {
    url
    expiresAt
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

VIEWER_DELETE = """
mutation ViewerDelete($input: ViewerDeleteInput!) {
  viewerDelete(input: $input) {
    deletion {
      scheduledAt
      erasedAt
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

MAIL = """
query Mail($id: ID!) {
  node(id: $id) {
    __typename
    ... on Mail {
      ...MailRowFields
      failure
      text
      html
    }
  }
}

fragment MailRowFields on Mail {
  id
  to
  subject
  template
  status
  createdAt
  sentAt
}
"""

MAILS = """
query Mails($first: Int, $after: String, $last: Int, $before: String) {
  mails(first: $first, after: $after, last: $last, before: $before) {
    nodes {
      ...MailRowFields
    }
    pageInfo {
      ...PageFields
    }
    totalCount
  }
}

fragment MailRowFields on Mail {
  id
  to
  subject
  template
  status
  createdAt
  sentAt
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
"""

METRICS = """
subscription Metrics($everySeconds: Int, $names: [String!]) {
  metrics(everySeconds: $everySeconds, names: $names) {
    takenAt
    metrics {
      name
      kind
      description
      series {
        labels {
          name
          value
        }
        value
        count
        sum
        buckets {
          upTo
          count
        }
      }
    }
  }
}
"""

CLIENT_TOKEN_FAMILIES = """
query ClientTokenFamilies($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  client(id: $id) {
    id
    tokenFamilies(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...TokenFamilyFields
        user {
          ...PersonFields
        }
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment TokenFamilyFields on TokenFamily {
  id
  clientId
  clientName
  userId
  sessionId
  scopes
  resources
  acr
  boundKey
  createdAt
  lastUsedAt
  expiresAt
  refreshExpiresAt
}
"""

OWN_TOKEN_FAMILIES = """
query OwnTokenFamilies($first: Int, $after: String, $last: Int, $before: String) {
  viewer {
    user {
      id
      tokenFamilies(first: $first, after: $after, last: $last, before: $before) {
        nodes {
          ...TokenFamilyFields
        }
        pageInfo {
          ...PageFields
        }
        totalCount
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment TokenFamilyFields on TokenFamily {
  id
  clientId
  clientName
  userId
  sessionId
  scopes
  resources
  acr
  boundKey
  createdAt
  lastUsedAt
  expiresAt
  refreshExpiresAt
}
"""

TOKEN_FAMILY_REVOKE = """
mutation TokenFamilyRevoke($input: TokenFamilyRevokeInput!) {
  tokenFamilyRevoke(input: $input) {
    user {
      id
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

USER_TOKEN_FAMILIES = """
query UserTokenFamilies($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  user(id: $id) {
    id
    tokenFamilies(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...TokenFamilyFields
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment TokenFamilyFields on TokenFamily {
  id
  clientId
  clientName
  userId
  sessionId
  scopes
  resources
  acr
  boundKey
  createdAt
  lastUsedAt
  expiresAt
  refreshExpiresAt
}
"""

POLICIES = """
query Policies(
  $client: ID
  $search: String
  $first: Int
  $after: String
  $last: Int
  $before: String
) {
  policies(
    client: $client
    search: $search
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    nodes {
      ...PolicyRowFields
      usage {
        permissions
        tuples
        names
      }
    }
    pageInfo {
      ...PageFields
    }
    totalCount
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PolicyRowFields on Policy {
  id
  name
  description
  version
  createdAt
  updatedAt
  client {
    id
    name
  }
}
"""

POLICY = """
query Policy($id: ID!) {
  policy(id: $id) {
    ...PolicyDetailFields
  }
}

fragment PolicyDetailFields on Policy {
  ...PolicyRowFields
  source
  warnings {
    line
    message
  }
  samples {
    ...PolicySampleFields
  }
  usage {
    permissions
    tuples
    names
  }
}

fragment PolicyRowFields on Policy {
  id
  name
  description
  version
  createdAt
  updatedAt
  client {
    id
    name
  }
}

fragment PolicySampleFields on PolicySample {
  name
  context
  isAllowed
}
"""

POLICY_DELETE = """
mutation PolicyDelete($input: PolicyDeleteInput!) {
  policyDelete(input: $input) {
    deletedId
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

POLICY_EVALUATIONS = """
query PolicyEvaluations(
  $id: ID!
  $filter: PolicyEvaluationFilter
  $first: Int
  $after: String
  $last: Int
  $before: String
) {
  policy(id: $id) {
    id
    name
    evaluations(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...PolicyEvaluationFields
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment PolicyEvaluationFields on PolicyEvaluation {
  id
  entityType
  entityId
  action
  subject {
    ...SubjectFields
  }
  version
  verdict
  problem
  context
  durationMicroseconds
  evaluatedAt
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

POLICY_SAVE = """
mutation PolicySave($input: PolicySaveInput!) {
  policySave(input: $input) {
    policy {
      ...PolicyDetailFields
    }
    warnings {
      line
      message
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment PolicyDetailFields on Policy {
  ...PolicyRowFields
  source
  warnings {
    line
    message
  }
  samples {
    ...PolicySampleFields
  }
  usage {
    permissions
    tuples
    names
  }
}

fragment PolicyRowFields on Policy {
  id
  name
  description
  version
  createdAt
  updatedAt
  client {
    id
    name
  }
}

fragment PolicySampleFields on PolicySample {
  name
  context
  isAllowed
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

POLICY_TEST = """
query PolicyTest($input: PolicyTestInput!) {
  policyTest(input: $input) {
    result {
      ...PolicyTestResultFields
    }
    warnings {
      line
      message
    }
    samples {
      sample {
        ...PolicySampleFields
      }
      result {
        ...PolicyTestResultFields
      }
      holds
    }
  }
}

fragment PolicySampleFields on PolicySample {
  name
  context
  isAllowed
}

fragment PolicyTestResultFields on PolicyTestResult {
  verdict
  problem {
    code
    message
    line
  }
  durationMicroseconds
}
"""

POLICY_VERSIONS = """
query PolicyVersions($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  policy(id: $id) {
    id
    name
    versions(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...PolicyVersionFields
        source
        diff
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment PolicyVersionFields on PolicyVersion {
  id
  version
  note
  createdAt
  author {
    ...SubjectFields
  }
}

fragment SubjectFields on Subject {
  type
  id
  relation
  node {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}
"""

SESSION_REVOKE = """
mutation SessionRevoke($input: SessionRevokeInput!) {
  sessionRevoke(input: $input) {
    session {
      id
    }
    deletedId
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

SESSIONS = """
query Sessions(
  $first: Int
  $after: String
  $last: Int
  $before: String
  $filter: SessionFilter
  $withUser: Boolean! = true
) {
  sessions(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes {
      ...SessionFields
      user @include(if: $withUser) {
        ...PersonFields
      }
    }
    pageInfo {
      ...PageFields
    }
    totalCount
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SessionFields on Session {
  id
  device
  ip
  userAgent
  amr
  acr
  authTime
  createdAt
  lastSeenAt
  expiresAt
  isCurrent
  impersonator {
    ...PersonFields
  }
}
"""

SESSIONS_REVOKE = """
mutation SessionsRevoke($input: SessionsRevokeInput!) {
  sessionsRevoke(input: $input) {
    user {
      id
    }
    revokedCount
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

SESSIONS_REVOKED = """
subscription SessionsRevoked($filter: RevokedSessionFilter, $after: String) {
  sessionsRevoked(filter: $filter, after: $after) {
    cursor
    node {
      sessionId
      sid
      userId
      revokedAt
      user {
        ...PersonFields
      }
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}
"""

SIGNING_KEY_WITHDRAW = """
mutation SigningKeyWithdraw($input: SigningKeyWithdrawInput!) {
  signingKeyWithdraw(input: $input) {
    signingKey {
      id
      alg
      status
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

SIGNING_KEYS = """
query SigningKeys {
  signingKeys {
    id
    kid
    alg
    status
    createdAt
    activatesAt
    retiresAt
    removesAt
    ageSeconds
    publicJwk
  }
}
"""

SIGNING_KEYS_ROTATE = """
mutation SigningKeysRotate($input: SigningKeysRotateInput!) {
  signingKeysRotate(input: $input) {
    signingKeys {
      id
      alg
      status
      activatesAt
      retiresAt
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

IDENTITY_PROVIDER_CREATE = """
mutation IdentityProviderCreate($input: IdentityProviderCreateInput!) {
  identityProviderCreate(input: $input) {
    identityProvider {
      ...IdentityProviderFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment IdentityProviderFields on IdentityProvider {
  id
  slug
  name
  kind
  isEnabled
  issuer
  authorizationEndpoint
  tokenEndpoint
  userinfoEndpoint
  emailsEndpoint
  clientId
  hasSecret
  tokenEndpointAuthMethod
  scopes
  claims
  trustsEmail
  canSignUp
  callbackUrl
  createdAt
  updatedAt
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

IDENTITY_PROVIDER_DELETE = """
mutation IdentityProviderDelete($input: IdentityProviderDeleteInput!) {
  identityProviderDelete(input: $input) {
    deletedId
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

IDENTITY_PROVIDER_TEST = """
query IdentityProviderTest($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on IdentityProvider {
      findings {
        step
        problem
      }
    }
  }
}
"""

IDENTITY_PROVIDER_UPDATE = """
mutation IdentityProviderUpdate($input: IdentityProviderUpdateInput!) {
  identityProviderUpdate(input: $input) {
    identityProvider {
      ...IdentityProviderFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment IdentityProviderFields on IdentityProvider {
  id
  slug
  name
  kind
  isEnabled
  issuer
  authorizationEndpoint
  tokenEndpoint
  userinfoEndpoint
  emailsEndpoint
  clientId
  hasSecret
  tokenEndpointAuthMethod
  scopes
  claims
  trustsEmail
  canSignUp
  callbackUrl
  createdAt
  updatedAt
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

IDENTITY_PROVIDERS = """
query IdentityProviders(
  $first: Int
  $after: String
  $last: Int
  $before: String
  $filter: IdentityProviderFilter
  $sort: IdentityProviderSort! = NAME_ASC
) {
  identityProviders(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
    sort: $sort
  ) {
    nodes {
      ...IdentityProviderFields
    }
    pageInfo {
      ...PageFields
    }
    totalCount
  }
}

fragment IdentityProviderFields on IdentityProvider {
  id
  slug
  name
  kind
  isEnabled
  issuer
  authorizationEndpoint
  tokenEndpoint
  userinfoEndpoint
  emailsEndpoint
  clientId
  hasSecret
  tokenEndpointAuthMethod
  scopes
  claims
  trustsEmail
  canSignUp
  callbackUrl
  createdAt
  updatedAt
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
"""

LINKED_IDENTITY_DELETE = """
mutation LinkedIdentityDelete($input: LinkedIdentityDeleteInput!) {
  linkedIdentityDelete(input: $input) {
    deletedId
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

USER_LINKED_IDENTITIES = """
query UserLinkedIdentities($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  user(id: $id) {
    id
    linkedIdentities(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...LinkedIdentityFields
      }
      pageInfo {
        ...PageFields
      }
      totalCount
    }
  }
}

fragment LinkedIdentityFields on LinkedIdentity {
  id
  providerName
  subject
  email
  createdAt
  lastUsedAt
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
"""

USER = """
query User($id: ID!) {
  user(id: $id) {
    ...UserDetailFields
    impersonationRefusal
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserDetailFields on User {
  ...UserRowFields
  locale
  zoneinfo
  attributes
  updatedAt
  ban {
    reason
    until
    bannedAt
    bannedBy {
      ...PersonFields
    }
  }
  deletion {
    scheduledAt
    erasedAt
    by {
      ...PersonFields
    }
  }
}

fragment UserRowFields on User {
  ...PersonFields
  username
  emailVerified
  status
  createdAt
  lastSignInAt
}
"""

USER_AUDIT_EVENTS = """
query UserAuditEvents($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  user(id: $id) {
    id
    auditEvents(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...AuditEventDetailFields
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment AuditEventDetailFields on AuditEvent {
  ...AuditEventFields
  client {
    id
    name
  }
  before
  after
  ip
  userAgent
  requestId
  reason
}

fragment AuditEventFields on AuditEvent {
  id
  action
  outcome
  occurredAt
  actorType
  actorId
  actor {
    ...PersonFields
  }
  impersonator {
    ...PersonFields
  }
  clientId
  targetType
  targetId
  target {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}
"""

USER_BAN = """
mutation UserBan($input: UserBanInput!) {
  userBan(input: $input) {
    user {
      ...UserDetailFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserDetailFields on User {
  ...UserRowFields
  locale
  zoneinfo
  attributes
  updatedAt
  ban {
    reason
    until
    bannedAt
    bannedBy {
      ...PersonFields
    }
  }
  deletion {
    scheduledAt
    erasedAt
    by {
      ...PersonFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}

fragment UserRowFields on User {
  ...PersonFields
  username
  emailVerified
  status
  createdAt
  lastSignInAt
}
"""

USER_CREATE = """
mutation UserCreate($input: UserCreateInput!) {
  userCreate(input: $input) {
    user {
      ...UserDetailFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserDetailFields on User {
  ...UserRowFields
  locale
  zoneinfo
  attributes
  updatedAt
  ban {
    reason
    until
    bannedAt
    bannedBy {
      ...PersonFields
    }
  }
  deletion {
    scheduledAt
    erasedAt
    by {
      ...PersonFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}

fragment UserRowFields on User {
  ...PersonFields
  username
  emailVerified
  status
  createdAt
  lastSignInAt
}
"""

USER_DATA_EXPORT = """
mutation UserDataExport($input: UserDataExportInput!) {
  userDataExport(input: $input) {
    url
    expiresAt
    errors {
      ...UserErrorFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}
"""

USER_DELETE = """
mutation UserDelete($input: UserDeleteInput!) {
  userDelete(input: $input) {
    deletedId
    user {
      ...UserDetailFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserDetailFields on User {
  ...UserRowFields
  locale
  zoneinfo
  attributes
  updatedAt
  ban {
    reason
    until
    bannedAt
    bannedBy {
      ...PersonFields
    }
  }
  deletion {
    scheduledAt
    erasedAt
    by {
      ...PersonFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}

fragment UserRowFields on User {
  ...PersonFields
  username
  emailVerified
  status
  createdAt
  lastSignInAt
}
"""

USER_MERGE = """
mutation UserMerge($input: UserMergeInput!) {
  userMerge(input: $input) {
    user {
      ...UserDetailFields
    }
    parts {
      name
      moved
      dropped
    }
    profile
    errors {
      ...UserErrorFields
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserDetailFields on User {
  ...UserRowFields
  locale
  zoneinfo
  attributes
  updatedAt
  ban {
    reason
    until
    bannedAt
    bannedBy {
      ...PersonFields
    }
  }
  deletion {
    scheduledAt
    erasedAt
    by {
      ...PersonFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}

fragment UserRowFields on User {
  ...PersonFields
  username
  emailVerified
  status
  createdAt
  lastSignInAt
}
"""

USER_RESTORE = """
mutation UserRestore($input: UserRestoreInput!) {
  userRestore(input: $input) {
    user {
      ...UserDetailFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserDetailFields on User {
  ...UserRowFields
  locale
  zoneinfo
  attributes
  updatedAt
  ban {
    reason
    until
    bannedAt
    bannedBy {
      ...PersonFields
    }
  }
  deletion {
    scheduledAt
    erasedAt
    by {
      ...PersonFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}

fragment UserRowFields on User {
  ...PersonFields
  username
  emailVerified
  status
  createdAt
  lastSignInAt
}
"""

USER_SESSIONS = """
query UserSessions($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  user(id: $id) {
    id
    sessions(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...SessionFields
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment SessionFields on Session {
  id
  device
  ip
  userAgent
  amr
  acr
  authTime
  createdAt
  lastSeenAt
  expiresAt
  isCurrent
  impersonator {
    ...PersonFields
  }
}
"""

USER_UNBAN = """
mutation UserUnban($input: UserUnbanInput!) {
  userUnban(input: $input) {
    user {
      ...UserDetailFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserDetailFields on User {
  ...UserRowFields
  locale
  zoneinfo
  attributes
  updatedAt
  ban {
    reason
    until
    bannedAt
    bannedBy {
      ...PersonFields
    }
  }
  deletion {
    scheduledAt
    erasedAt
    by {
      ...PersonFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}

fragment UserRowFields on User {
  ...PersonFields
  username
  emailVerified
  status
  createdAt
  lastSignInAt
}
"""

USER_UPDATE = """
mutation UserUpdate($input: UserUpdateInput!) {
  userUpdate(input: $input) {
    user {
      ...UserDetailFields
    }
    errors {
      ...UserErrorFields
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserDetailFields on User {
  ...UserRowFields
  locale
  zoneinfo
  attributes
  updatedAt
  ban {
    reason
    until
    bannedAt
    bannedBy {
      ...PersonFields
    }
  }
  deletion {
    scheduledAt
    erasedAt
    by {
      ...PersonFields
    }
  }
}

fragment UserErrorFields on UserError {
  code
  reason
  message
  field
}

fragment UserRowFields on User {
  ...PersonFields
  username
  emailVerified
  status
  createdAt
  lastSignInAt
}
"""

USERS = """
query Users(
  $first: Int
  $after: String
  $last: Int
  $before: String
  $filter: UserFilter
  $sort: UserSort! = CREATED_AT_DESC
) {
  users(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
    sort: $sort
  ) {
    nodes {
      ...UserRowFields
    }
    pageInfo {
      ...PageFields
    }
    totalCount
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment PersonFields on User {
  id
  email
  name
  picture
}

fragment UserRowFields on User {
  ...PersonFields
  username
  emailVerified
  status
  createdAt
  lastSignInAt
}
"""

NODES = """
query Nodes($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}
"""

OVERVIEW = """
query Overview(
  $withUsers: Boolean! = true
  $withClients: Boolean! = true
  $withSessions: Boolean! = true
  $withKeys: Boolean! = true
  $withAudit: Boolean! = true
) {
  users(first: 1) @include(if: $withUsers) {
    totalCount
  }
  banned: users(first: 1, filter: { status: BANNED }) @include(if: $withUsers) {
    totalCount
  }
  clients(first: 1) @include(if: $withClients) {
    totalCount
  }
  sessions(first: 1) @include(if: $withSessions) {
    totalCount
  }
  signingKeys @include(if: $withKeys) {
    id
    alg
    status
    ageSeconds
    retiresAt
  }
  auditEvents(first: 8) @include(if: $withAudit) {
    nodes {
      ...AuditEventFields
    }
  }
}

fragment AuditEventFields on AuditEvent {
  id
  action
  outcome
  occurredAt
  actorType
  actorId
  actor {
    ...PersonFields
  }
  impersonator {
    ...PersonFields
  }
  clientId
  targetType
  targetId
  target {
    __typename
    id
    ... on User {
      ...PersonFields
    }
    ... on Client {
      clientName: name
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}
"""

RATE_LIMIT = """
query RateLimit {
  rateLimit {
    limit
    remaining
    used
    resetAt
  }
}
"""

SEARCH = """
query Search($search: String!, $withUsers: Boolean! = true, $withClients: Boolean! = true) {
  users(first: 6, filter: { search: $search }) @include(if: $withUsers) {
    nodes {
      ...PersonFields
    }
  }
  clients(first: 6, filter: { search: $search }) @include(if: $withClients) {
    nodes {
      id
      name
      kind
    }
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}
"""

VIEWER = """
query Viewer {
  viewer {
    user {
      ...PersonFields
    }
    client {
      id
      name
    }
    session {
      id
      expiresAt
    }
    impersonation {
      operatorId
      operatorName
      expiresAt
    }
    can {
      usersView
      usersCreate
      usersUpdate
      usersDelete
      usersBan
      usersImpersonate
      groupsView
      groupsCreate
      groupsUpdate
      groupsDelete
      groupsManageMembers
      clientsView
      clientsCreate
      clientsUpdate
      clientsDelete
      clientsManageAccess
      webhooksView
      webhooksCreate
      webhooksUpdate
      webhooksDelete
      webhooksTest
      pipelinesView
      pipelinesCreate
      pipelinesUpdate
      pipelinesDelete
      pipelinesExecute
      apiKeysViewAll
      apiKeysRevoke
      sessionsViewAll
      sessionsRevokeAll
      keysView
      keysRotate
      platformManage
    }
  }
  server {
    version
    issuer
    signUpPolicy
    isMailConfigured
    deletionGraceSeconds
  }
}

fragment PersonFields on User {
  id
  email
  name
  picture
}
"""
