package io.margay.lab;

class LifeCycleOnLegacyIptablesIT extends LifeCycleAcceptance {
  @Override
  void prepare(SeedLab up) {
    up.useLegacyIptables();
  }
}
