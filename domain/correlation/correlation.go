// Package correlation carries, in a context, the two identifiers that every call to another
// service forwards: the correlation id of the request that started the work, and the tenant on
// whose behalf it is done. They are set where work enters the program (the REST middleware, the
// start of an activity) and only read from there on; nothing below that border makes one.
package correlation

import "context"

// MaxLength is the longest identifier that is carried, in bytes.
const MaxLength = 128

type key int

const (
	idKey key = iota
	tenantKey
)

// WithID returns a context that carries a correlation id. An id that does not pass Valid leaves the
// context as it is, because it would be forwarded in headers and written into logs.
func WithID(ctx context.Context, id string) context.Context {
	if !Valid(id) {
		return ctx
	}
	return context.WithValue(ctx, idKey, id)
}

// ID returns the context's correlation id, or the empty string where none was set.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idKey).(string)
	return id
}

// WithTenant returns a context whose work is done on behalf of a tenant; an id that does not pass
// Valid leaves the context as it is.
func WithTenant(ctx context.Context, tenantID string) context.Context {
	if !Valid(tenantID) {
		return ctx
	}
	return context.WithValue(ctx, tenantKey, tenantID)
}

// Tenant returns the tenant on whose behalf the work is done, or the empty string for work that
// concerns no single tenant.
func Tenant(ctx context.Context) string {
	id, _ := ctx.Value(tenantKey).(string)
	return id
}

// Valid reports whether text may be carried: 1 to MaxLength visible ASCII characters, so that it
// passes unchanged through an HTTP header, a log line and a Temporal search attribute.
func Valid(text string) bool {
	if text == "" || len(text) > MaxLength {
		return false
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
