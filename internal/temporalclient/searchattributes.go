package temporalclient

import (
	"context"
	"errors"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// EnsureSearchAttributes registers keyword search attributes that a namespace does not have yet: a
// self-hosted server refuses workflows that use unregistered ones. It is safe from several processes
// at once. A server that serves nobody this way, as Temporal Cloud does, is Forbidden: there they are registered
// once, by whoever looks after the namespace.
func EnsureSearchAttributes(ctx context.Context, connected client.Client, namespace string, names []string) error {
	operator := connected.OperatorService()
	present, err := operator.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	var denied *serviceerror.PermissionDenied
	var unserved *serviceerror.Unimplemented
	if errors.As(err, &denied) || errors.As(err, &unserved) {
		return fault.Wrap(err, fault.Forbidden, "whether namespace %s has the search attributes cannot be seen; register there, as keywords, %s",
			namespace, strings.Join(names, ", "))
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the search attributes of namespace %s cannot be listed", namespace)
	}
	missing := map[string]enums.IndexedValueType{}
	for _, name := range names {
		kind, known := present.GetCustomAttributes()[name]
		switch {
		case !known:
			missing[name] = enums.INDEXED_VALUE_TYPE_KEYWORD
		case kind != enums.INDEXED_VALUE_TYPE_KEYWORD:
			return fault.New(fault.Conflict, "search attribute %s of namespace %s is a %s, not a keyword; remove or rename it", name, namespace, kind)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: missing})
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the search attributes of namespace %s cannot be registered", namespace)
	}
	return nil
}
