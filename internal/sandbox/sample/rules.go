package sample

import _ "embed"

// Rules is the rules document of book main, in the form of rules.yaml.
//
//go:embed rules.yaml
var Rules []byte
