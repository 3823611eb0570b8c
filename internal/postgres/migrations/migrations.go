// Package migrations embeds the numbered changes of the database schema. They only go forward: a
// change that turns out wrong is mended by the next one.
package migrations

import "embed"

// Files holds the migrations in the form that goose reads.
//
//go:embed *.sql
var Files embed.FS
