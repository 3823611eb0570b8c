package serviceclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// listing describes how one list of a service is read: where it is, what its member is called, and
// how an item on the wire W becomes an item of the domain T.
type listing[W, T any] struct {
	path   string
	list   string
	accept func(W) (T, error)
}

// read reads the page at a cursor. A next cursor that equals the one asked for would have the
// caller turn in circles for good, and is refused.
func (l listing[W, T]) read(ctx context.Context, c *caller, filter url.Values, cursor string) (page[T], error) {
	query := pageQuery(cursor, c.pageSize)
	for name, values := range filter {
		query[name] = values
	}
	var result page[T]
	err := c.get(ctx, l.path, query, func(body io.Reader) error {
		decoded, err := decodePage(body, l.list, c.pageSize, l.accept)
		if err != nil {
			return err
		}
		if decoded.next != "" && decoded.next == cursor {
			return fmt.Errorf("%w: the page after cursor %q is itself", errSchema, cursor)
		}
		result = decoded
		return nil
	})
	return result, err
}

// all reads every page. The number of pages is bounded by the total that the first page states, so
// that a service whose cursors never end is refused instead of followed.
func (l listing[W, T]) all(ctx context.Context, c *caller, filter url.Values) ([]T, error) {
	first, err := l.read(ctx, c, filter, "")
	if err != nil {
		return nil, err
	}
	items := first.items
	for cursor := first.next; cursor != ""; {
		next, err := l.read(ctx, c, filter, cursor)
		if err != nil {
			return nil, err
		}
		items, cursor = append(items, next.items...), next.next
		if len(next.items) == 0 && cursor != "" {
			return nil, c.fromTransport(ctx, "GET "+c.base.JoinPath(l.path).Path, 0,
				fmt.Errorf("%w: a page without items names a next one", errSchema))
		}
	}
	return items, nil
}

// missing refuses an item that lacks what the service's description requires.
func missing(member string) error {
	return fmt.Errorf("%w: an item has no %q", errSchema, member)
}

// checkNumber refuses a number that an item lacks, or that stands for more digits than any bill has: a
// few bytes such as 1e999999999 would otherwise fill the memory of whoever adds it up.
func checkNumber(member string, value *decimal.Decimal) error {
	if value == nil {
		return missing(member)
	}
	after := -int(value.Exponent())
	if after > money.MaxDigits || value.NumDigits()-after > money.MaxDigits {
		return fmt.Errorf("%w: %q has more than %d digits before or after the point", errSchema, member, money.MaxDigits)
	}
	return nil
}

// transportError reports whether reading failed beneath the JSON: a closed or reset connection, or
// a context that ended.
func transportError(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.Is(err, context.Canceled)
}
