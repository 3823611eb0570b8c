package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// defaultLimit is how many items a page has where the caller does not say.
const defaultLimit = 100

// cursor is where a page ended, as callers hand it back. For binds it to the listing and the
// filters that it came from: elsewhere its position would mean something else.
type cursor struct {
	For      string          `json:"f"`
	Position json.RawMessage `json:"p"`
}

// encodeCursor makes the opaque text of a position in a listing.
func encodeCursor(listing string, position any) (string, error) {
	inner, err := json.Marshal(position)
	if err != nil {
		return "", fault.Wrap(err, fault.Internal, "a cursor cannot be written")
	}
	outer, err := json.Marshal(cursor{For: bindingOf(listing), Position: inner})
	if err != nil {
		return "", fault.Wrap(err, fault.Internal, "a cursor cannot be written")
	}
	return base64.RawURLEncoding.EncodeToString(outer), nil
}

// decodeCursor reads a position back. The empty text leaves position as it is: the first page. A
// text that encodeCursor did not make for this listing is an InvalidInput error.
func decodeCursor(text, listing string, position any) error {
	if text == "" {
		return nil
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return badCursor("it is damaged")
	}
	var outer cursor
	if err := decodeStrictly(decoded, &outer); err != nil {
		return badCursor("it is damaged")
	}
	if outer.For != bindingOf(listing) {
		return badCursor("it belongs to another listing or other filters")
	}
	if err := decodeStrictly(outer.Position, position); err != nil {
		return badCursor("it is damaged")
	}
	return nil
}

// bindingOf shortens what a listing and its filters are called.
func bindingOf(listing string) string {
	return base64.RawURLEncoding.EncodeToString(hashOf([]byte(listing))[:9])
}

func decodeStrictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

func badCursor(why string) error {
	return fault.Invalid(parameterPrefix+"query cursor", "the cursor cannot be used: %s; start again without one", why)
}

func limitOr(limit int) int {
	if limit == 0 {
		return defaultLimit
	}
	return limit
}
