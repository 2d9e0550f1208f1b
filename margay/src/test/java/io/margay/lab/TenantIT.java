package io.margay.lab;

class TenantIT extends TenantAcceptance {
  TenantIT() {
    super(new LabDatastore.Embedded());
  }
}
