package serviceclient

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
)

// page is one page of any listing. The services agree on one form, so that there is one reader:
// {"<list>": [...], "next_cursor": "...", "total": n}.
type page[T any] struct {
	items []T
	next  string
	total int64
}

// decodePage reads a page item by item as it arrives, so that the text of thousands of charges is
// never held as a whole. A page without its list or total is refused: an empty object taken for an
// empty page would close a period on half of its charges. accept checks and completes an item.
func decodePage[W, T any](body io.Reader, list string, sizeHint int, accept func(W) (T, error)) (page[T], error) {
	decoder := json.NewDecoder(body)
	result := page[T]{items: make([]T, 0, sizeHint), total: -1}
	listed := false
	err := eachMember(decoder, func(name string) error {
		switch name {
		case list:
			listed = true
			return eachElement(decoder, func() error {
				var wire W
				if err := decoder.Decode(&wire); err != nil {
					return err
				}
				item, err := accept(wire)
				result.items = append(result.items, item)
				return err
			})
		case "next_cursor":
			return decoder.Decode(&result.next)
		case "total":
			return decoder.Decode(&result.total)
		default:
			var unknown json.RawMessage // a newer service may say more
			return decoder.Decode(&unknown)
		}
	})
	if err != nil {
		return page[T]{}, decodeError(err)
	}
	if !listed || result.total < 0 {
		return page[T]{}, fmt.Errorf("%w: %q or \"total\" is missing", errSchema, list)
	}
	return result, nil
}

// eachMember calls visit with the name of each member of the object that comes next; visit consumes
// the value.
func eachMember(decoder *json.Decoder, visit func(name string) error) error {
	if err := expect(decoder, json.Delim('{')); err != nil {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		text, _ := name.(string) // the decoder lets only strings be names
		if err := visit(text); err != nil {
			return err
		}
	}
	return expect(decoder, json.Delim('}'))
}

// eachElement calls visit before each element of the list that comes next; visit consumes it.
func eachElement(decoder *json.Decoder, visit func() error) error {
	if err := expect(decoder, json.Delim('[')); err != nil {
		return err
	}
	for decoder.More() {
		if err := visit(); err != nil {
			return err
		}
	}
	return expect(decoder, json.Delim(']'))
}

// expect consumes a bracket or brace. Another token is JSON of another shape, not damage.
func expect(decoder *json.Decoder, wanted json.Delim) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	if token != wanted {
		return fmt.Errorf("%w: found %v where %v belongs", errSchema, token, wanted)
	}
	return nil
}

// decodeError sorts a failure of reading JSON: the transport's own errors stay as they are, broken
// text becomes errNotJSON, and text that is JSON of another shape becomes errSchema.
func decodeError(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errSchema), errors.Is(err, errDeadline), errors.Is(err, errBodyTooLarge):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.As(err, &syntax):
		return fmt.Errorf("%w: %w", errNotJSON, err)
	case transportError(err):
		return err
	default:
		// Type errors of encoding/json, and what UnmarshalJSON and UnmarshalText of the domain's
		// types report: a value that is not a decimal, not a month, not a time.
		return fmt.Errorf("%w: %w", errSchema, err)
	}
}

// pageQuery asks for a page; services choose their own default where a limit is absent, and theirs
// may be small.
func pageQuery(cursor string, limit int) url.Values {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	return query
}
