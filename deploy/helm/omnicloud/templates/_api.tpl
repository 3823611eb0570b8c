{{- define "omnicloud.apiEnvironment" -}}
- name: OMNICLOUD_API_ADDR
  value: ":8080"
- name: OMNICLOUD_RATE_LIMIT
  value: {{ .Values.api.rateLimit | quote }}
- name: OMNICLOUD_RATE_BURST
  value: {{ .Values.api.rateBurst | quote }}
- name: OMNICLOUD_IMPORT_LIMIT_MB
  value: {{ .Values.api.importLimitMB | quote }}
{{- with .Values.temporal.uiURL }}
- name: OMNICLOUD_TEMPORAL_UI_URL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.api.glAccounts }}
{{- $pairs := list }}
{{- range $name, $account := . }}
{{- $pairs = append $pairs (printf "%s=%s" $name $account) }}
{{- end }}
- name: OMNICLOUD_GL_ACCOUNT
  value: {{ join ";" $pairs | quote }}
{{- end }}
{{- with .Values.api.oidc }}
{{- if .issuer }}
- name: OMNICLOUD_OIDC_ISSUER
  value: {{ .issuer | quote }}
- name: OMNICLOUD_OIDC_AUDIENCE
  value: {{ required "api.oidc.audience is empty; set it to the audience that tokens of the issuer must name" .audience | quote }}
- name: OMNICLOUD_OIDC_ROLES_CLAIM
  value: {{ .rolesClaim | quote }}
- name: OMNICLOUD_OIDC_TENANT_CLAIM
  value: {{ .tenantClaim | quote }}
{{- end }}
{{- end }}
{{- end }}
