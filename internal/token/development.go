package token

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
)

// developmentActors are the people of a development stack. There are two approvers of each kind,
// since nobody decides on their own work.
var developmentActors = map[string]approval.Role{
	"operator":            approval.RoleOperator,
	"finance_approver":    approval.RoleFinanceApprover,
	"finance_approver_2":  approval.RoleFinanceApprover,
	"security_approver":   approval.RoleSecurityApprover,
	"security_approver_2": approval.RoleSecurityApprover,
	"auditor":             approval.RoleAuditor,
}

// MintDevelopment returns a bearer token by name for each person of a development stack, and one
// named "tenant:<tenant_id>" for each tenant. A token's subject is its name.
func MintDevelopment(bearer *Bearer, tenantIDs []string, lifetime time.Duration) (map[string]string, error) {
	tokens := make(map[string]string, len(developmentActors)+len(tenantIDs))
	mint := func(actor approval.Actor) error {
		signed, err := bearer.Mint(actor, lifetime)
		tokens[actor.Subject] = signed
		return err
	}
	for name, role := range developmentActors {
		if err := mint(approval.Actor{Subject: name, Roles: []approval.Role{role}}); err != nil {
			return nil, err
		}
	}
	for _, id := range tenantIDs {
		actor := approval.Actor{Subject: "tenant:" + id, Roles: []approval.Role{approval.RoleTenant}, TenantID: id}
		if err := mint(actor); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}
